import { EventEmitter } from 'node:events'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { installProcessEnd } from './process-end.ts'

// What real processes and real signals show is in test/exit.test.ts; here is what takes time, or another's listeners.

function start(signals = true) {
  const emitter = new EventEmitter()
  const kill = vi.fn()
  const process = Object.assign(emitter, { pid: 42, kill }) as unknown as NodeJS.Process
  const { promise: drained, resolve: finishDraining } = Promise.withResolvers<void>()
  const unfinished = {
    pending: vi.fn(() => true),
    drain: vi.fn(() => drained),
    hurry: vi.fn(),
    deliverAtExit: vi.fn<(deadlineMillis: number) => void>(),
  }
  const uninstall = installProcessEnd(process, unfinished, { deadlineMillis: 5000, signals })
  return { emitter, kill, unfinished, finishDraining, uninstall }
}

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('installProcessEnd', () => {
  it('raises a signal again when all is delivered, with no listener left', async () => {
    const { emitter, kill, finishDraining } = start()
    emitter.emit('SIGTERM', 'SIGTERM')
    await vi.advanceTimersByTimeAsync(4000)
    expect(kill).not.toHaveBeenCalled()
    finishDraining()
    await vi.advanceTimersByTimeAsync(0)
    expect(kill.mock.calls).toEqual([[42, 'SIGTERM']])
    expect(emitter.eventNames()).toEqual([])
  })

  it('delivers what ended while it waited, within the same deadline, before it raises the signal', async () => {
    const { emitter, kill, unfinished, finishDraining } = start()
    emitter.emit('SIGTERM', 'SIGTERM')
    await vi.advanceTimersByTimeAsync(4000)
    unfinished.deliverAtExit.mockImplementation(() => expect(kill).not.toHaveBeenCalled())
    finishDraining()
    await vi.advanceTimersByTimeAsync(0)
    expect(unfinished.deliverAtExit.mock.calls).toEqual([[1000]])
    expect(kill).toHaveBeenCalledTimes(1)
  })

  it('takes a signal that comes again within a second for the same one', async () => {
    const { emitter, kill, unfinished } = start()
    emitter.emit('SIGINT', 'SIGINT')
    await vi.advanceTimersByTimeAsync(900)
    emitter.emit('SIGTERM', 'SIGTERM')
    expect(kill).not.toHaveBeenCalled()
    expect(unfinished.drain).toHaveBeenCalledTimes(1)
  })

  it('lets go at once when somebody insists', async () => {
    const { emitter, kill } = start()
    emitter.emit('SIGINT', 'SIGINT')
    await vi.advanceTimersByTimeAsync(1100)
    emitter.emit('SIGINT', 'SIGINT')
    expect(kill.mock.calls).toEqual([[42, 'SIGINT']])
  })

  it('leaves a signal that the application listens to alone, and is gone before that listener counts the others', () => {
    const { emitter, kill, unfinished } = start()
    const listenersSeen: number[] = []
    emitter.once('SIGTERM', () => listenersSeen.push(emitter.listenerCount('SIGTERM')))
    emitter.emit('SIGTERM', 'SIGTERM')
    expect(listenersSeen).toEqual([0])
    expect(unfinished.hurry).toHaveBeenCalledTimes(1)
    expect(unfinished.drain).not.toHaveBeenCalled()
    expect(kill).not.toHaveBeenCalled()
    expect(emitter.listenerCount('SIGINT')).toBe(1)
  })

  it('sees a listener that was there before it', () => {
    const { emitter, uninstall } = start()
    uninstall()
    emitter.once('SIGINT', () => {})
    const hurry = vi.fn()
    installProcessEnd(
      emitter as unknown as NodeJS.Process,
      { pending: () => false, drain: vi.fn(), hurry, deliverAtExit: vi.fn() },
      { deadlineMillis: 5000, signals: true },
    )
    emitter.emit('SIGINT', 'SIGINT')
    expect(hurry).toHaveBeenCalled()
  })

  it('listens to no signals in a worker thread', () => {
    expect(start(false).emitter.eventNames().toSorted()).toEqual(['beforeExit', 'exit'])
  })

  it('does nothing at the end when nothing is left', () => {
    const { emitter, unfinished } = start()
    unfinished.pending.mockReturnValue(false)
    emitter.emit('beforeExit', 0)
    emitter.emit('exit', 0)
    expect(unfinished.drain).not.toHaveBeenCalled()
    expect(unfinished.deliverAtExit).not.toHaveBeenCalled()
  })
})
