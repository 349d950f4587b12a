import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { describe, expect, it } from 'vitest'
import { keepAwake } from './keep-awake.ts'

const isPossible = ['chrt', 'taskset'].every((tool) => spawnSync(tool, ['-V']).status === 0)

/** A field of `/proc/<pid>/stat`, by its number in proc_pid_stat(5). */
const fieldOf = (pid: number, number: number) => {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[number - 3]
}
const policyOf = (pid: number) => fieldOf(pid, 41)
/** One that has ended may stay a zombie where nobody collects orphans. */
const runs = (pid: number) => existsSync(`/proc/${pid}`) && fieldOf(pid, 3) !== 'Z'

describe('keepAwake', () => {
  it.skipIf(!isPossible)(
    'has each processor do something that anything else goes before, until it is let go (with chrt and taskset alone)',
    async () => {
      const awake = keepAwake()
      try {
        expect(awake.pids).toHaveLength(cpus().length)
        // SCHED_IDLE.
        await expect.poll(() => awake.pids.map(policyOf), { timeout: 15_000 }).toEqual(cpus().map(() => '5'))
      } finally {
        await awake[Symbol.asyncDispose]()
      }
      expect(awake.pids.filter(runs)).toEqual([])
    },
  )

  it.skipIf(!isPossible)(
    'ends with who started it, killed or not (with chrt and taskset alone)',
    async () => {
      const script = `const { keepAwake } = await import(${JSON.stringify(new URL('keep-awake.ts', import.meta.url))})
      console.log(keepAwake().pids.join())`
      const starter = spawn(process.execPath, ['--input-type=module', '-e', script])
      const [line] = await once(starter.stdout, 'data')
      const pids = String(line).trim().split(',').map(Number)
      await expect.poll(() => pids.map(policyOf), { timeout: 15_000 }).toEqual(cpus().map(() => '5'))
      const closed = once(starter, 'exit')
      starter.kill('SIGKILL')
      await closed
      await expect.poll(() => pids.filter(runs), { timeout: 15_000 }).toEqual([])
    },
  )
})
