import { execFile, spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { foreignInterfaces, inNamespace, refusal } from '../src/compare/loopback-only.ts'

const scriptOf = (name: string) => fileURLToPath(new URL(`../src/${name}.ts`, import.meta.url))
const NAMESPACE = inNamespace(process.getuid?.() === 0)
const canUnshare = spawnSync(NAMESPACE[0] ?? '', [...NAMESPACE.slice(1), 'true']).status === 0
const NO_VARIANT = 'There is no variant nobody, but none, ours'

/** Starts a comparison of nothing, which it can only refuse: for where it is, or for that. */
const compareNobody = (before: readonly string[] = []) => start(before, 'compare', '--only', 'nobody')

function start(
  before: readonly string[],
  script: string,
  ...options: string[]
): Promise<{ code: unknown; stderr: string }> {
  const [command = '', ...args] = [
    ...before,
    process.execPath,
    '--conditions=@linked-traces/source',
    scriptOf(script),
    ...options,
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

  it('refuses to look at the slowest requests there, too', async () => {
    const { code, stderr } = await start([], 'compare-tail', '--sets', '0')
    const foreign = foreignInterfaces()
    expect(code ?? 0).toBe(foreign.length > 0 ? 1 : 0)
    expect(stderr.trim()).toBe(refusal(foreign, true) ?? '')
  })

  it('takes no number of sets that is none', async () => {
    const { code, stderr } = await start([], 'compare-tail', '--sets', 'many')
    expect(code).toBe(1)
    expect(stderr.trim()).toBe('--sets is many: give a whole number, such as 24.')
  })

  it.each(['tail', 'peers'])('tells how %s is used, before it builds anything', async (script) => {
    const { code, stderr } = await start([], script, '--sheets', '3')
    expect(code).toBe(1)
    expect(stderr).toContain("Unknown option '--sheets'")
    expect(stderr).toContain(`\nUsage: ${script} [--`)
  })

  it.skipIf(!canUnshare)('starts in a namespace of its own (where unshare is allowed)', async () => {
    const { stderr } = await compareNobody(NAMESPACE)
    expect(stderr).toContain(NO_VARIANT)
  })
})
