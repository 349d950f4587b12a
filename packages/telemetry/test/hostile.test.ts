import { mkdir, mkdtemp, readdir, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startTestReceiver } from '@linked-traces/otlp-receiver/testing'
import { describe, expect, it, vi } from 'vitest'
import { runNode, runToEnd, SOURCE } from './run-node.ts'

// What others do to delivery: to its folder, its clock and its connections. What a backend may answer is in fault-matrix.test.ts.

async function temporaryFolder() {
  const path = await mkdtemp(join(tmpdir(), 'linked-traces-hostile-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}

async function reservePort() {
  const reserved = await startTestReceiver()
  await reserved.close()
  return reserved
}

async function serve(handle: (request: IncomingMessage, response: ServerResponse, index: number) => void) {
  let requests = 0
  const server = createServer((request, response) => {
    const index = requests++
    request.resume().once('end', () => handle(request, response, index))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    get requests() {
      return requests
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

const SPANS = 'ends-some-spans-and-leaves.ts'
const spooling = (url: string, folder: string) => ({
  OTEL_EXPORTER_OTLP_ENDPOINT: url,
  LINKED_TRACES_SPOOL: folder,
  OTEL_BSP_SCHEDULE_DELAY: '100',
})

describe('delivery', { timeout: 90_000 }, () => {
  it('brings home every span of many short processes that share a folder, each once', async () => {
    await using folder = await temporaryFolder()
    const { url, port } = await reservePort()
    const env = spooling(url, folder.path)
    const run = (index: number) => runToEnd(SPANS, { env, args: ['5', `p${index}`] })
    // Side by side, a few at a time; the last ones find a backend, and what the others left.
    const inTurn = async (from: number, to: number) => {
      for (let index = from; index < to; index++) expect(await run(index)).toMatchObject({ code: 0 })
    }
    await Promise.all([inTurn(0, 2), inTurn(2, 4), inTurn(4, 6)])
    await using backend = await startTestReceiver({ port })
    await Promise.all([inTurn(6, 8), inTurn(8, 10)])
    const healers = Array.from({ length: 3 }, () => runNode('tells-its-health.ts', { env, flags: [SOURCE] }))
    await backend.waitForSpans(10 * 5, 20_000)
    await Promise.all(healers.map((healer) => healer.says('"spooled":0')))
    for (const healer of healers) healer.kill('SIGKILL')
    await Promise.all(healers.map(({ ended }) => ended))
    const names = backend.spans().map(({ name }) => name)
    expect(new Set(names).size).toBe(10 * 5)
    expect(names).toHaveLength(10 * 5)
  })

  it('is not held up by what others have put into its folder, and leaves that alone', async () => {
    await using folder = await temporaryFolder()
    const { url, port } = await reservePort()
    const env = spooling(url, folder.path)
    expect(await runToEnd(SPANS, { env, args: ['5', 'kept'] })).toMatchObject({ code: 0 })
    const [destination = ''] = await readdir(folder.path)
    const inside = join(folder.path, destination)
    const secret = join(folder.path, 'secret.txt')
    await writeFile(secret, 'not yours')
    const id = '0'.repeat(36)
    await symlink(secret, join(inside, `000000000000001-${id}.3.json`))
    await symlink('/nowhere', join(inside, `000000000000002-${id}.3.json`))
    await mkdir(join(inside, `000000000000003-${id}.3.json`))
    await writeFile(join(inside, `000000000000004-${id}.3.json`), 'torn')
    await writeFile(join(inside, 'notes.partial'), 'mine')
    await utimes(join(inside, 'notes.partial'), 0, 0)
    await writeFile(join(inside, 'notes.txt'), 'mine')
    await using backend = await startTestReceiver({ port })
    const healer = runNode('tells-its-health.ts', { env, flags: [SOURCE] })
    await backend.waitForSpans(5)
    await healer.says('"exported":5')
    healer.kill('SIGKILL')
    const { stderr } = await healer.ended
    expect(stderr).toContain('does not get 3 spans: their file in the spool is torn.')
    expect(await readFile(secret, 'utf8')).toBe('not yours')
    expect(await readdir(inside)).toEqual(expect.arrayContaining(['notes.partial', 'notes.txt']))
    expect(backend.requests.map(({ spans }) => spans.length)).toEqual([5])
  })

  it('goes on in memory, and says so once, where it may not write', async () => {
    const { url, port } = await reservePort()
    // Not even a superuser makes folders in there.
    const child = runNode('makes-spans-at-a-rate.ts', {
      env: spooling(url, '/sys'),
      flags: [SOURCE],
      args: ['50'],
    })
    await child.complains('cannot be spooled for: E')
    await using backend = await startTestReceiver({ port })
    await child.complains('takes spans again')
    child.kill('SIGTERM')
    const { stdout, stderr } = await child.ended
    const { made } = JSON.parse(stdout.trim().split('\n').at(-1) ?? '')
    expect(backend.spans()).toHaveLength(made)
    expect(stderr.match(/cannot be spooled/g)).toHaveLength(1)
  })

  it('to one destination does not suffer from another that is dead, or hangs', async () => {
    await using workbench = await startTestReceiver()
    await using other = await startTestReceiver()
    other.respondAlwaysWith('hang')
    const child = runNode('makes-spans-at-a-rate.ts', {
      env: {
        OTEL_EXPORTER_OTLP_ENDPOINT: other.url,
        WORKBENCH_URL: workbench.url,
        OTEL_BSP_SCHEDULE_DELAY: '50',
      },
      flags: [SOURCE],
      args: ['100'],
    })
    await workbench.waitForSpans(200, 20_000)
    expect(other.requests).toHaveLength(1)
    child.kill('SIGTERM')
    const { stdout, stderr } = await child.ended
    const { made } = JSON.parse(stdout.trim().split('\n').at(-1) ?? '')
    expect(workbench.spans()).toHaveLength(made)
    expect(stderr).toMatch(new RegExp(`${other.url}/v1/traces did not get \\d+ spans before the end`))
    expect(stderr).not.toContain(workbench.url)
  })

  it('follows no redirect: credentials go where they were meant to, and nowhere else', async () => {
    await using elsewhere = await startTestReceiver()
    await using backend = await serve((_request, response) => {
      response.writeHead(307, { location: `${elsewhere.url}/v1/traces` }).end()
    })
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: backend.url, OTEL_EXPORTER_OTLP_HEADERS: 'x-api-key=hunter2' }
    for (const fixture of ['ends-a-span-then-ends.ts', 'ends-a-span-then-calls-exit.ts']) {
      const { stderr } = await runToEnd(fixture, { env })
      expect(stderr).toContain('answered 307 Temporary Redirect; 1 span lost. Something else than an OTLP')
    }
    expect(elsewhere.requests).toEqual([])
  })

  it('outlives connections that the backend closes while they wait, or in the middle of an answer', async () => {
    await using backend = await serve((request, response, index) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '2' })
      if (index % 2 === 0) response.end('{}', () => request.socket.destroy())
      else response.write('{', () => request.socket.destroy())
    })
    const child = runNode('makes-spans-at-a-rate.ts', {
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: backend.url, OTEL_BSP_SCHEDULE_DELAY: '20' },
      flags: [SOURCE],
      args: ['100'],
    })
    await child.says('"exported":1')
    await vi.waitFor(() => expect(backend.requests).toBeGreaterThan(20), { timeout: 20_000, interval: 50 })
    child.kill('SIGTERM')
    const { stdout, stderr } = await child.ended
    const { made, exported, counted } = JSON.parse(stdout.trim().split('\n').at(-1) ?? '')
    expect({ exported, counted }).toEqual({ exported: made, counted: 0 })
    expect(stderr).not.toContain('could not be sent')
  })

  it('takes spans of a megabyte each: what has no room is counted, the rest arrives', async () => {
    await using backend = await startTestReceiver()
    const result = await runToEnd(SPANS, {
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: backend.url, LINKED_TRACES_QUEUE_BYTES: '10000000' },
      args: ['20', 'large', String(1_000_000)],
    })
    expect(result).toMatchObject({ code: 0 })
    expect(backend.spans()).toHaveLength(9)
    expect(result.stderr).toContain('does not get 11 spans: the queue is full.')
    // One by one, so that none of them holds up the loop for long.
    expect(backend.requests).toHaveLength(9)
  })
})
