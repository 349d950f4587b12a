import { AsyncLocalStorage } from 'node:async_hooks'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { DeliveryFailure } from './delivery.ts'
import { DeliveryReporter } from './delivery-reporter.ts'

const DENIED: DeliveryFailure = {
  outcome: 'refused',
  cause: 'http 401',
  words: 'answered 401 Unauthorized',
  cure: 'Set AXIOM_TOKEN.',
  unreachable: false,
}
const GONE: DeliveryFailure = {
  outcome: 'retry',
  cause: 'ECONNREFUSED',
  words: 'refused the connection',
  cure: 'Start a workbench there.',
  unreachable: true,
}
const DELIVERED = { outcome: 'delivered', rejected: 0 } as const

function start(graceMillis = 0) {
  const lines: string[] = []
  const reporter = new DeliveryReporter({
    destination: 'the workbench at http://127.0.0.1:4318',
    say: (line) => lines.push(line),
    graceMillis,
  })
  return { reporter, lines }
}

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('DeliveryReporter', () => {
  it('says of a full queue outside of the request whose span found it so', async () => {
    // Those of a fake clock know of no contexts.
    vi.useRealTimers()
    const requests = new AsyncLocalStorage<string>()
    const { promise: within, resolve } = Promise.withResolvers<string | undefined>()
    const say = () => resolve(requests.getStore())
    const reporter = new DeliveryReporter({ destination: 'the workbench', say, graceMillis: 0 })
    requests.run('a request', () => reporter.dropped('queueFull', 1))
    // It keeps no process alive, nor this one.
    const awake = setInterval(() => {}, 1000)
    expect(await within).toBeUndefined()
    clearInterval(awake)
  })

  it('says what happened, what became of the spans, and what to do', () => {
    const { reporter, lines } = start()
    reporter.failed(GONE, 5, 12)
    reporter.failed(DENIED, 1, 0)
    expect(lines).toEqual([
      'The workbench at http://127.0.0.1:4318 refused the connection; 12 spans waiting to be sent again. Start a workbench there.',
      'The workbench at http://127.0.0.1:4318 answered 401 Unauthorized; 1 span lost. Set AXIOM_TOKEN.',
    ])
    expect(reporter.lastError).toBe('answered 401 Unauthorized')
  })

  it('says each cause once per 30 seconds', () => {
    const { reporter, lines } = start()
    for (let second = 0; second < 59; second++) {
      reporter.failed(GONE, 1, 1)
      vi.advanceTimersByTime(1000)
    }
    expect(lines).toHaveLength(2)
    reporter.failed(DENIED, 1, 1)
    expect(lines).toHaveLength(3)
  })

  it('says once that it is over, after how long', () => {
    const { reporter, lines } = start()
    reporter.failed(GONE, 1, 1)
    vi.advanceTimersByTime(42_000)
    reporter.delivered(DELIVERED, 1)
    reporter.delivered(DELIVERED, 1)
    expect(lines.slice(1)).toEqual([
      'The workbench at http://127.0.0.1:4318 takes spans again, after 42 seconds.',
    ])
    expect(reporter.lastError).toBeUndefined()
  })

  it('is quiet about a workbench that is not there yet, and says so when it has had its time', () => {
    const { reporter, lines } = start(1500)
    reporter.failed(GONE, 1, 1)
    reporter.failed(GONE, 1, 2)
    expect(lines).toEqual([])
    expect(reporter.lastError).toBe('refused the connection')
    vi.advanceTimersByTime(1500)
    expect(lines).toEqual([
      'The workbench at http://127.0.0.1:4318 refused the connection; 2 spans waiting to be sent again. Start a workbench there.',
    ])
    reporter.failed(GONE, 1, 3)
    expect(lines).toHaveLength(1)
  })

  it.each([
    ['refused', DENIED],
    ['unreachable', GONE],
    ['overloaded', { ...GONE, unreachable: false, cause: 'http 503' }],
    ['hanging', { ...GONE, unreachable: false, cause: 'ETIMEDOUT' }],
  ] as const)(
    'says so within 2 seconds of the first attempt that failed, also to a workbench: %s',
    (_, failure) => {
      const { reporter, lines } = start(1500)
      reporter.failed(failure, 1, 1)
      vi.advanceTimersByTime(2000)
      expect(lines).toHaveLength(1)
    },
  )

  it('says nothing of a workbench that came in time, neither that it was away nor that it is there', () => {
    const { reporter, lines } = start(1500)
    reporter.failed(GONE, 1, 1)
    reporter.delivered(DELIVERED, 1)
    vi.advanceTimersByTime(10_000)
    expect(lines).toEqual([])
  })

  it('does not excuse a workbench that answers', () => {
    const { reporter, lines } = start(1500)
    reporter.failed(DENIED, 1, 0)
    expect(lines).toHaveLength(1)
  })

  it('passes on what a backend rejects of a batch that it takes, and its warnings', () => {
    const { reporter, lines } = start()
    reporter.delivered({ ...DELIVERED, rejected: 2, reason: 'too old' }, 10)
    reporter.delivered({ ...DELIVERED, reason: 'please upgrade' }, 10)
    expect(lines).toEqual([
      'The workbench at http://127.0.0.1:4318 rejected 2 of 10 spans: too old.',
      'The workbench at http://127.0.0.1:4318 took all spans, and says: please upgrade',
    ])
  })

  it('sums up the spans that find the queue full', () => {
    const { reporter, lines } = start()
    for (let span = 0; span < 1000; span++) reporter.dropped('queueFull', 1)
    expect(lines).toEqual([])
    vi.advanceTimersByTime(1000)
    expect(lines).toEqual([
      'The workbench at http://127.0.0.1:4318 does not get 1000 spans: the queue is full. ' +
        'Sample with OTEL_TRACES_SAMPLER, or hold more with OTEL_BSP_MAX_QUEUE_SIZE and LINKED_TRACES_QUEUE_BYTES.',
    ])
  })

  it('adds up what it has not said because it said the same a moment ago', () => {
    const { reporter, lines } = start()
    for (let second = 0; second < 31; second++) {
      reporter.dropped('queueFull', 1)
      vi.advanceTimersByTime(1000)
    }
    expect(lines.map((line) => line.match(/get (\d+) spans?/)?.[1])).toEqual(['1', '30'])
  })

  it('says at the end what the destination did not get, why, and what to do', () => {
    const { reporter, lines } = start(1500)
    reporter.dropped('deadline', 1)
    reporter.conclude()
    reporter.failed(GONE, 3, 3)
    reporter.dropped('deadline', 3)
    reporter.conclude()
    expect(lines).toEqual([
      'The workbench at http://127.0.0.1:4318 did not get 1 span before the end.',
      'The workbench at http://127.0.0.1:4318 did not get 3 spans before the end: it refused the connection. Start a workbench there.',
    ])
    expect(vi.getTimerCount()).toBe(0)
  })

  it('says at the end how many were lost since that was said, and the cause not again', () => {
    const { reporter, lines } = start()
    reporter.failed(DENIED, 1, 0)
    reporter.failed(DENIED, 2, 0)
    reporter.dropped('deadline', 3)
    reporter.conclude()
    reporter.conclude()
    expect(lines.slice(1)).toEqual([
      'The workbench at http://127.0.0.1:4318 did not get 5 spans before the end.',
    ])
  })

  it('adds up the spans of refusals that it did not mention', () => {
    const { reporter, lines } = start()
    reporter.failed(DENIED, 1, 0)
    reporter.failed(DENIED, 2, 0)
    vi.advanceTimersByTime(30_000)
    reporter.failed(DENIED, 4, 0)
    expect(lines.map((line) => line.match(/(\d+) spans? lost/)?.[1])).toEqual(['1', '6'])
  })

  it('says at the end what it was summing up', () => {
    const { reporter, lines } = start()
    reporter.dropped('afterShutdown', 2)
    reporter.conclude()
    expect(lines).toEqual([
      'The workbench at http://127.0.0.1:4318 does not get 2 spans that ended after shutdown().',
    ])
    expect(vi.getTimerCount()).toBe(0)
  })

  it('says what the spool lost for want of room, once, and adds up the rest', () => {
    const { reporter, lines } = start()
    reporter.dropped('spoolFull', 5)
    reporter.dropped('spoolFull', 6)
    vi.advanceTimersByTime(30_000)
    reporter.dropped('spoolFull', 7)
    reporter.dropped('spoolUnreadable', 2)
    expect(lines.map((line) => line.match(/(\d+) spans/)?.[1])).toEqual(['5', '13', '2'])
    expect(lines[0]).toContain('LINKED_TRACES_SPOOL_BYTES')
    expect(lines[2]).toContain('torn')
  })

  it('says once that the disk does not take what it is given', () => {
    const { reporter, lines } = start()
    reporter.unusable('ENOSPC: no space left on device, write')
    reporter.unusable('ENOSPC: no space left on device, write')
    expect(lines).toEqual([
      'The workbench at http://127.0.0.1:4318 cannot be spooled for: ENOSPC: no space left on device, write. ' +
        'Check LINKED_TRACES_SPOOL; spans wait in memory only.',
    ])
  })
})
