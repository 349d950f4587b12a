import { EventEmitter } from 'node:events'
import { describe, expect, it } from 'vitest'
import { onStopSignal } from './on-stop-signal.ts'

/** Stands in for the process, which would end; signals sent with `kill` are recorded when no listener is left. */
class FakeProcess extends EventEmitter {
  readonly pid = 1
  readonly endedBy: string[] = []

  kill(_pid: number, signal: string): void {
    if (!this.emit(signal)) this.endedBy.push(signal)
  }
}

function watched() {
  const process = new FakeProcess()
  const clock = { now: 0 }
  let stops = 0
  onStopSignal(
    process,
    async () => {
      stops += 1
    },
    () => clock.now,
  )
  return { process, clock, stops: () => stops }
}

describe('onStopSignal', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)('stops at the first %s', (signal) => {
    const { process, stops } = watched()
    process.emit(signal)
    expect(stops()).toBe(1)
    expect(process.endedBy).toEqual([])
  })

  it('counts signals within one second as one', () => {
    const { process, clock, stops } = watched()
    process.emit('SIGINT')
    clock.now = 999
    process.emit('SIGINT')
    process.emit('SIGTERM')
    expect(stops()).toBe(1)
    expect(process.endedBy).toEqual([])
  })

  it('ends at once by a signal that comes later', () => {
    const { process, clock, stops } = watched()
    process.emit('SIGINT')
    clock.now = 1000
    process.emit('SIGTERM')
    expect(stops()).toBe(1)
    expect(process.endedBy).toEqual(['SIGTERM'])
  })
})
