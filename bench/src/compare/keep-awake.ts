import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { cpus } from 'node:os'
import process from 'node:process'

/** Looks now and then whether who started it is there still, or it would go on for ever after a kill. */
const SPIN = 'for (let turn = 1; turn % 1e8 || process.ppid === Number(process.argv[1]); turn++);'

/** What keeps the processors busy, until it is let go. */
export interface KeptAwake extends AsyncDisposable {
  /** One for each processor; none where there is no `chrt` or no `taskset` (util-linux). */
  readonly pids: readonly number[]
}

/**
 * Gives every processor something to do that anything else goes before (SCHED_IDLE, sched(7)). One that has nothing to do is
 * halted, a virtual one by its host, and an application is woken up twice a request: what that takes is no part of its own work
 * (decisions/014).
 */
export function keepAwake(): KeptAwake {
  const isPossible = ['chrt', 'taskset'].every((tool) => spawnSync(tool, ['-V']).status === 0)
  const children = cpus().flatMap((_, index) => {
    if (!isPossible) return []
    const command = [
      '-c',
      String(index),
      'chrt',
      '--idle',
      '0',
      process.execPath,
      '-e',
      SPIN,
      String(process.pid),
    ]
    return spawn('taskset', command, { stdio: 'ignore' })
  })
  return {
    pids: children.flatMap(({ pid }) => pid ?? []),
    async [Symbol.asyncDispose]() {
      const ended = children.map((child) => once(child, 'close'))
      for (const child of children) child.kill('SIGKILL')
      await Promise.all(ended)
    },
  }
}
