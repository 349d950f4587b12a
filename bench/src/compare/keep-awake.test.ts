import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { describe, expect, it } from 'vitest'
import { keepAwake } from './keep-awake.ts'

const isPossible = ['chrt', 'taskset'].every((tool) => spawnSync(tool, ['-V']).status === 0)

/** The scheduling policy, field 41 of `/proc/<pid>/stat` (proc_pid_stat(5)). */
const policyOf = (pid: number) => {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[38]
}

describe('keepAwake', () => {
  it.skipIf(!isPossible)(
    'has each processor do something that anything else goes before, until it is let go (with chrt and taskset alone)',
    async () => {
      const awake = await keepAwake()
      try {
        expect(awake.pids).toHaveLength(cpus().length)
        // SCHED_IDLE.
        await expect.poll(() => awake.pids.map(policyOf), { timeout: 15_000 }).toEqual(cpus().map(() => '5'))
      } finally {
        await awake[Symbol.asyncDispose]()
      }
      expect(awake.pids.filter((pid) => existsSync(`/proc/${pid}`))).toEqual([])
    },
  )
})
