import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import express from 'express'
import { describe, expect, it } from 'vitest'
import { servePage } from '../src/api/serve-page.ts'

/** A server with nothing but the page of `files`. */
async function startPage(files: Readonly<Record<string, string>>) {
  const folder = await mkdtemp(join(tmpdir(), 'page-'))
  await mkdir(join(folder, 'assets'))
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text)
  const app = express().use(servePage(folder))
  app.use((_request, response) => void response.status(404).send('somebody else’s'))
  const server = createServer(app).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    get: (path: string) => fetch(url + path),
    async [Symbol.asyncDispose]() {
      server.close()
      server.closeAllConnections()
      await rm(folder, { recursive: true })
    },
  }
}

const built = { 'index.html': '<title>page</title>', 'icon.svg': '<svg/>', 'assets/main-a1.js': 'run()' }

describe('servePage', () => {
  it.each(['/', '/traces', '/traces/0f', '/linked/0f', '/dashboard?last=1h'])(
    'answers %s with the page, which may run its own scripts only',
    async (path) => {
      await using page = await startPage(built)
      const response = await page.get(path)
      expect(response.status).toBe(200)
      expect(response.headers.get('content-type')).toMatch(/^text\/html/)
      expect(await response.text()).toBe('<title>page</title>')
      const policy = response.headers.get('content-security-policy')?.split('; ')
      expect(policy).toContain("default-src 'none'")
      expect(policy).toContain("script-src 'self'")
      expect(policy).toContain("style-src 'self'")
      expect(policy).toContain("frame-ancestors 'none'")
    },
  )

  it('lets browsers keep what changes its name with its contents, and nothing else', async () => {
    await using page = await startPage(built)
    const script = await page.get('/assets/main-a1.js')
    expect(script.headers.get('content-type')).toMatch(/^text\/javascript/)
    expect(script.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
    expect((await page.get('/icon.svg')).headers.get('cache-control')).toBeNull()
    expect((await page.get('/')).headers.get('cache-control')).toBeNull()
  })

  it.each(['/assets/gone.js', '/linked', '/traces/0f/more', '/..%2fpackage.json', '/nothing'])(
    'leaves %s to others',
    async (path) => {
      await using page = await startPage(built)
      const response = await page.get(path)
      expect(response.status).toBe(404)
    },
  )

  it('says how to build it where it is not built', async () => {
    await using page = await startPage({})
    const response = await page.get('/')
    expect(response.status).toBe(503)
    expect(await response.text()).toContain('--filter @linked-traces/workbench-web build')
  })
})
