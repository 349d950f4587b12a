import { AsyncLocalStorage } from 'node:async_hooks'
import { diag } from '@opentelemetry/api'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { LOOK_INTERVAL, MAX_OPEN_RESPONSES, OpenResponses } from './open-responses.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

const response = (isOpenAt = vi.fn((_now: number) => true)) => ({
  isOpenAt,
  previous: undefined,
  next: undefined,
})

describe('OpenResponses', () => {
  it('looks at those that are open every 30 seconds, until they are not', () => {
    const responses = new OpenResponses()
    const long = response(vi.fn().mockReturnValueOnce(true).mockReturnValue(false))
    const read = response()
    responses.add(long)
    responses.add(read)
    responses.delete(read)
    vi.advanceTimersByTime(3 * LOOK_INTERVAL)
    expect(long.isOpenAt).toHaveBeenCalledTimes(2)
    expect(read.isOpenAt).not.toHaveBeenCalled()
  })

  it('has a timer while there are any, which keeps no process', () => {
    const responses = new OpenResponses()
    const set = vi.spyOn(globalThis, 'setTimeout')
    expect(vi.getTimerCount()).toBe(0)
    const first = response()
    responses.add(first)
    responses.add(response())
    expect(vi.getTimerCount()).toBe(1)
    expect(set.mock.results[0]?.value.hasRef()).toBe(false)
    vi.advanceTimersByTime(5 * LOOK_INTERVAL)
    expect(vi.getTimerCount()).toBe(1)
    expect(set.mock.results[0]?.value.hasRef()).toBe(false)
    first.isOpenAt.mockReturnValue(false)
    responses.clear()
    expect(vi.getTimerCount()).toBe(0)

    responses.add(first)
    responses.delete(first)
    vi.advanceTimersByTime(LOOK_INTERVAL)
    expect(vi.getTimerCount()).toBe(0)
    responses.add(first)
    expect(vi.getTimerCount()).toBe(1)
    responses.clear()
  })

  it('keeps nothing of the request in whose context its timer is set', () => {
    vi.useRealTimers()
    const storage = new AsyncLocalStorage<string>()
    const stores: unknown[] = []
    const set = vi.spyOn(globalThis, 'setTimeout').mockImplementation((() => {
      stores.push(storage.getStore())
      return { unref: () => ({}) }
    }) as never)
    const responses = new OpenResponses()
    storage.run('a request', () => responses.add(response()))
    expect(set).toHaveBeenCalledOnce()
    expect(stores).toEqual([undefined])
  })

  it('looks after 10,000, and tells once of those beyond', () => {
    const told = vi.spyOn(diag, 'warn')
    const responses = new OpenResponses()
    const looked = response()
    for (let index = 0; index < MAX_OPEN_RESPONSES; index++) responses.add({ ...looked })
    expect(told).not.toHaveBeenCalled()
    const beyond = response()
    responses.add(beyond)
    responses.add(response())
    expect(told).toHaveBeenCalledExactlyOnceWith(expect.stringContaining('10000 responses are open'))
    vi.advanceTimersByTime(LOOK_INTERVAL)
    expect(looked.isOpenAt).toHaveBeenCalledTimes(MAX_OPEN_RESPONSES)
    expect(beyond.isOpenAt).not.toHaveBeenCalled()
    responses.clear()
  })
})
