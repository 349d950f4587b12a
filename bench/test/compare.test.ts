import { execFile, spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { foreignInterfaces, inNamespace, refusal } from '../src/compare/loopback-only.ts'

const COMPARE = fileURLToPath(new URL('../src/compare.ts', import.meta.url))
const NAMESPACE = inNamespace(process.getuid?.() === 0)
const canUnshare = spawnSync(NAMESPACE[0] ?? '', [...NAMESPACE.slice(1), 'true']).status === 0
const NO_VARIANT = 'There is no variant nobody, but none, ours'

/** Starts a comparison of nothing, which it can only refuse: for where it is, or for that. */
function compareNobody(before: readonly string[] = []): Promise<{ code: unknown; stderr: string }> {
  const [command = '', ...args] = [
    ...before,
    process.execPath,
    '--conditions=@linked-traces/source',
    COMPARE,
    '--only',
    'nobody',
  ]
  return new Promise((resolve) => {
    execFile(command, args, (error, _stdout, stderr) => resolve({ code: error?.code, stderr }))
  })
}

describe('compare', () => {
  it('refuses to start anything where more than the loopback exists', async () => {
    const { code, stderr } = await compareNobody()
    expect(code).toBe(1)
    const foreign = foreignInterfaces()
    if (foreign.length > 0) expect(stderr.trim()).toBe(refusal(foreign, true))
    else expect(stderr).toContain(NO_VARIANT)
  })

  it.skipIf(!canUnshare)('starts in a namespace of its own (where unshare is allowed)', async () => {
    const { stderr } = await compareNobody(NAMESPACE)
    expect(stderr).toContain(NO_VARIANT)
  })
})
