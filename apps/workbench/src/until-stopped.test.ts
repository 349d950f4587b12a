import { EventEmitter } from 'node:events'
import { describe, expect, it } from 'vitest'
import { untilStopped } from './until-stopped.ts'

class FakeProcess extends EventEmitter {
  readonly pid = 1
  readonly killed: NodeJS.Signals[] = []
  readonly stdin = Object.assign(new EventEmitter(), { resume() {} })
  kill(_pid: number, signal: NodeJS.Signals): void {
    this.killed.push(signal)
  }
}

const isDone = async (promise: Promise<void>): Promise<boolean> =>
  Promise.race([promise.then(() => true), new Promise<boolean>((resolve) => setImmediate(resolve, false))])

describe('untilStopped', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('stops at %s', async (signal) => {
    const process = new FakeProcess()
    const stopped = untilStopped(process, 'signal')
    expect(await isDone(stopped)).toBe(false)
    process.emit(signal)
    expect(await isDone(stopped)).toBe(true)
  })

  it('takes signals within a second for one, and a later one for an order to end at once', () => {
    const process = new FakeProcess()
    let now = 0
    void untilStopped(process, 'signal', () => now)
    process.emit('SIGINT')
    now = 999
    process.emit('SIGINT')
    expect(process.killed).toEqual([])
    now = 1_000
    process.emit('SIGINT')
    expect(process.killed).toEqual(['SIGINT'])
  })

  it('leaves SIGINT to the runner and stops at the end of stdin, where asked to', async () => {
    const process = new FakeProcess()
    const stopped = untilStopped(process, 'stdin')
    process.emit('SIGINT')
    expect(await isDone(stopped)).toBe(false)
    process.stdin.emit('end')
    expect(await isDone(stopped)).toBe(true)
  })
})
