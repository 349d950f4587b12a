import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { foreignInterfaces, refusal } from '../src/compare/loopback-only.ts'

const COMPARE = fileURLToPath(new URL('../src/compare.ts', import.meta.url))

describe('compare', () => {
  it('refuses to start anything where more than the loopback exists', async () => {
    const args = ['--conditions=@linked-traces/source', COMPARE, '--only', 'nobody']
    const { code, stderr } = await new Promise<{ code: unknown; stderr: string }>((resolve) => {
      execFile(process.execPath, args, (error, _stdout, stderr) => resolve({ code: error?.code, stderr }))
    })
    expect(code).toBe(1)
    // Where tests run without a network, it gets as far as its arguments.
    const foreign = foreignInterfaces()
    if (foreign.length > 0) expect(stderr.trim()).toBe(refusal(foreign, true))
    else expect(stderr).toContain('There is no variant nobody, but none, ours')
  })
})
