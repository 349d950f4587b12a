import { AsyncLocalStorage } from 'node:async_hooks'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Delivery } from './delivery.ts'
import type { SpanQueueOptions } from './span-queue.ts'
import { SpanQueue } from './span-queue.ts'

const DELIVERED: Delivery = { outcome: 'delivered', rejected: 0 }
const BUSY: Delivery = {
  outcome: 'retry',
  cause: 'http 503',
  words: 'answered 503',
  cure: '',
  unreachable: false,
}
const GONE: Delivery = { ...BUSY, cause: 'ECONNREFUSED', words: 'refused the connection', unreachable: true }
const DENIED: Delivery = { ...BUSY, outcome: 'refused', cause: 'http 401', words: 'answered 401' }

/** A queue of numbers, and a backend that answers when the test says so, or always the same. */
function start(options: Partial<SpanQueueOptions<number>> = {}, always?: Delivery) {
  const sent: number[][] = []
  const pending: ((delivery: Delivery) => void)[] = []
  const observer = {
    delivered: vi.fn(),
    failed: vi.fn(),
    dropped: vi.fn(),
    interrupted: vi.fn(),
    concluded: vi.fn(),
  }
  let mostAtATime = 0
  const queue = new SpanQueue<number>({
    maxQueueSize: 100,
    maxQueueBytes: Number.POSITIVE_INFINITY,
    sizeOf: () => 1,
    maxExportBatchSize: 10,
    scheduledDelayMillis: 5000,
    exportTimeoutMillis: 30_000,
    random: () => 1,
    observer,
    deliver(batch, signal) {
      sent.push([...batch])
      if (always !== undefined) return Promise.resolve(always)
      return new Promise((resolve) => {
        const answer = (delivery: Delivery) => {
          const index = pending.indexOf(answer)
          if (index >= 0) pending.splice(index, 1)
          resolve(delivery)
        }
        pending.push(answer)
        mostAtATime = Math.max(mostAtATime, pending.length)
        signal.addEventListener('abort', () => answer(BUSY))
      })
    },
    ...options,
  })
  return {
    queue,
    sent,
    observer,
    /** Answers the request that has waited longest, and lets the queue go on. */
    async answer(delivery: Delivery) {
      pending[0]?.(delivery)
      await vi.advanceTimersByTimeAsync(1)
    },
    get underWay() {
      return pending.length
    },
    get mostAtATime() {
      return mostAtATime
    },
  }
}

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index)
const addAll = (queue: SpanQueue<number>, spans: number[]) => {
  for (const span of spans) queue.add(span)
}
/** Lets everything happen that is due within so many milliseconds. */
const pass = (millis: number) => vi.advanceTimersByTimeAsync(millis)

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('SpanQueue', () => {
  it('delivers outside of the request whose span came first, and holds on to nothing of it', async () => {
    // Those of a fake clock know of no contexts.
    vi.useRealTimers()
    const requests = new AsyncLocalStorage<string>()
    const within: (string | undefined)[] = []
    const deliver = async () => {
      within.push(requests.getStore())
      return DELIVERED
    }
    const { queue } = start({ deliver, maxExportBatchSize: 2, scheduledDelayMillis: 10 })
    requests.run('a request', () => addAll(queue, range(1, 3)))
    await vi.waitFor(() => expect(queue.exported).toBe(3), 10_000)
    expect(within).toEqual([undefined, undefined])
  })

  it('sends what there is when the scheduled delay is over', async () => {
    const { queue, sent } = start({}, DELIVERED)
    addAll(queue, [1, 2, 3])
    await pass(4990)
    expect(sent).toEqual([])
    await pass(20)
    expect(sent).toEqual([[1, 2, 3]])
    expect(queue).toMatchObject({ exported: 3, held: 0 })
  })

  it('sends a full batch at once, but not within the call that ended the span', async () => {
    const { queue, sent } = start({}, DELIVERED)
    addAll(queue, range(1, 12))
    expect(sent).toEqual([])
    await pass(1)
    expect(sent).toEqual([range(1, 10)])
    await pass(5000)
    expect(sent).toEqual([range(1, 10), [11, 12]])
  })

  it('sends one batch at a time', async () => {
    const run = start()
    addAll(run.queue, range(1, 30))
    await pass(1)
    expect(run.sent).toHaveLength(1)
    await run.answer(DELIVERED)
    expect(run.sent).toHaveLength(2)
    await run.answer(DELIVERED)
    await run.answer(DELIVERED)
    expect(run.queue).toMatchObject({ exported: 30, held: 0 })
    expect(run.mostAtATime).toBe(1)
  })

  it('holds no more than it may, requests under way included, and counts the newest that it drops', async () => {
    const run = start({ maxQueueSize: 20 })
    addAll(run.queue, range(1, 10))
    await pass(1)
    addAll(run.queue, range(11, 25))
    expect(run.queue).toMatchObject({ held: 20, dropped: { queueFull: 5 } })
    expect(run.observer.dropped).toHaveBeenCalledTimes(5)
    await run.answer(DELIVERED)
    expect(run.sent).toEqual([range(1, 10), range(11, 20)])
    run.queue.add(26)
    expect(run.queue.held).toBe(11)
  })

  it('takes a burst of 100,000 spans in one tick: what it has no room for is counted, nothing is sent meanwhile', async () => {
    const { queue, sent } = start({ maxQueueSize: 2048, maxExportBatchSize: 512 }, DELIVERED)
    addAll(queue, range(1, 100_000))
    expect(sent).toEqual([])
    await pass(10)
    expect(sent.map((batch) => batch.length)).toEqual([512, 512, 512, 512])
    expect(queue).toMatchObject({ exported: 2048, held: 0, dropped: { queueFull: 97_952 } })
  })

  it('tries a failed batch again behind the others, with twice the wait after each failure in a row', async () => {
    const run = start()
    addAll(run.queue, range(1, 20))
    await pass(1)
    await run.answer(BUSY)
    await pass(990)
    expect(run.sent).toHaveLength(1)
    await pass(20)
    expect(run.sent[1]).toEqual(range(11, 20))
    await run.answer(BUSY)
    await pass(1980)
    expect(run.sent).toHaveLength(2)
    await pass(30)
    expect(run.sent[2]).toEqual(range(1, 10))
    // Success, and the next failure waits as if it were the first.
    await run.answer(DELIVERED)
    expect(run.sent[3]).toEqual(range(11, 20))
    await run.answer(BUSY)
    await pass(1010)
    expect(run.sent[4]).toEqual(range(11, 20))
    await run.answer(DELIVERED)
    expect(run.queue).toMatchObject({ exported: 20, held: 0 })
  })

  it('spreads its waits, from half to all of them', async () => {
    const { queue, sent } = start({ random: () => 0 }, BUSY)
    addAll(queue, range(1, 10))
    await pass(1)
    await pass(490)
    expect(sent).toHaveLength(1)
    await pass(20)
    expect(sent).toHaveLength(2)
  })

  it('waits half a minute at the most, however long an outage lasts', async () => {
    const { queue, sent } = start({}, BUSY)
    addAll(queue, range(1, 10))
    await pass(3_600_000)
    const before = sent.length
    await pass(30_000)
    expect(sent.length).toBe(before + 1)
    expect(queue.held).toBe(10)
  })

  it('leaves a backend alone for as long as that asks, also when somebody waits', async () => {
    const run = start()
    addAll(run.queue, range(1, 10))
    await pass(1)
    await run.answer({ ...BUSY, retryAfterMillis: 20_000 })
    const flushed = run.queue.flush()
    await pass(19_900)
    expect(run.sent).toHaveLength(1)
    await pass(200)
    expect(run.sent).toHaveLength(2)
    await run.answer(DELIVERED)
    await flushed
  })

  it('gathers spans into full batches during an outage', async () => {
    const run = start()
    addAll(run.queue, range(1, 10))
    await pass(1)
    await run.answer({ ...BUSY, retryAfterMillis: 60_000 })
    for (const span of range(11, 20)) {
      run.queue.add(span)
      await pass(5500)
    }
    await pass(10_000)
    await run.answer(DELIVERED)
    expect(run.sent).toEqual([range(1, 10), range(1, 10), range(11, 20)])
  })

  it('counts batches that are refused, and goes on with the next', async () => {
    const run = start()
    addAll(run.queue, range(1, 20))
    await pass(1)
    await run.answer(DENIED)
    expect(run.observer.failed).toHaveBeenCalledWith(DENIED, 10, 10)
    await run.answer(DELIVERED)
    expect(run.queue).toMatchObject({ exported: 10, held: 0, dropped: { refused: 10 } })
  })

  it('counts spans that the backend rejects of a batch', async () => {
    const partial: Delivery = { outcome: 'delivered', rejected: 3, reason: 'too old' }
    const { queue, observer } = start({}, partial)
    addAll(queue, range(1, 10))
    await pass(1)
    expect(queue).toMatchObject({ exported: 7, held: 0, dropped: { rejected: 3 } })
    expect(observer.delivered).toHaveBeenCalledWith(partial, 10)
  })

  describe('flush', () => {
    it('waits for batches under way and for all that are queued, one at a time', async () => {
      const run = start()
      const done = vi.fn()
      addAll(run.queue, range(1, 10))
      await pass(1)
      addAll(run.queue, range(11, 15))
      void run.queue.flush().then(done)
      await pass(1)
      await run.answer(DELIVERED)
      expect(done).not.toHaveBeenCalled()
      await run.answer(DELIVERED)
      expect(done).toHaveBeenCalled()
      expect(run.sent).toEqual([range(1, 10), range(11, 15)])
      expect(run.mostAtATime).toBe(1)
    })

    it('does not wait for spans that end after the call', async () => {
      const run = start()
      run.queue.add(1)
      const flushed = run.queue.flush()
      await pass(1)
      run.queue.add(2)
      await run.answer(DELIVERED)
      await flushed
      expect(run.queue.held).toBe(1)
    })

    it('tries again soon while it waits', async () => {
      const run = start()
      run.queue.add(1)
      const flushed = run.queue.flush()
      await pass(1)
      await run.answer(BUSY)
      await pass(110)
      await run.answer(DELIVERED)
      await flushed
      expect(run.queue.exported).toBe(1)
    })

    it('gives up waiting at its deadline, and keeps the spans', async () => {
      const { queue } = start({ exportTimeoutMillis: 3000 }, BUSY)
      queue.add(1)
      const flushed = queue.flush()
      await pass(3000)
      await flushed
      expect(queue).toMatchObject({ held: 1, dropped: { deadline: 0 } })
    })

    it('returns at once when there is nothing', async () => {
      await start().queue.flush()
      expect(vi.getTimerCount()).toBe(0)
    })
  })

  describe('drain', () => {
    it('sends several batches at a time, and every one although the first ones fail', async () => {
      const run = start()
      addAll(run.queue, range(1, 100))
      const drained = run.queue.drain(5000)
      // Not all in one go: each is encoded when it is sent.
      await pass(1)
      expect(run.underWay).toBeLessThan(3)
      await pass(10)
      expect(run.underWay).toBe(8)
      await run.answer(BUSY)
      await run.answer(DENIED)
      await pass(220)
      while (run.underWay > 0) await run.answer(DELIVERED)
      await drained
      expect(run.queue).toMatchObject({ exported: 90, held: 0, dropped: { refused: 10 } })
      expect(run.mostAtATime).toBe(8)
    })

    it('drops and counts what is left at its deadline, and ends the requests under way', async () => {
      const run = start()
      addAll(run.queue, range(1, 15))
      const drained = run.queue.drain(5000)
      await pass(4990)
      expect(run.underWay).toBe(2)
      await pass(20)
      await drained
      expect(run.underWay).toBe(0)
      expect(run.queue).toMatchObject({ exported: 0, held: 0, dropped: { deadline: 15 } })
      expect(run.observer.dropped.mock.calls).toEqual([['deadline', 15]])
    })

    it('goes on after a deadline with the spans that end then', async () => {
      const run = start()
      run.queue.add(1)
      const drained = run.queue.drain(100)
      await pass(110)
      await drained
      run.queue.add(2)
      await pass(5010)
      await run.answer(DELIVERED)
      expect(run.queue).toMatchObject({ exported: 1, held: 0 })
    })

    it('does not knock for long where nobody listens', async () => {
      const { queue } = start({}, GONE)
      queue.add(1)
      const drained = queue.drain(60_000)
      await pass(2000)
      await drained
      expect(queue.dropped.deadline).toBe(1)
    })

    it('does not wait for a backend that wants to be left alone for longer than there is time', async () => {
      const { queue } = start({}, { ...BUSY, retryAfterMillis: 60_000 })
      queue.add(1)
      const drained = queue.drain(5000)
      await pass(10)
      await drained
      expect(queue.dropped.deadline).toBe(1)
    })

    it('joins one that is under way', async () => {
      const run = start()
      run.queue.add(1)
      const drained = Promise.all([run.queue.drain(5000), run.queue.drain(5000)])
      await pass(1)
      await run.answer(DELIVERED)
      await drained
      expect(run.sent).toEqual([[1]])
    })
  })

  describe('shutdown', () => {
    it('drops and counts spans that end later', async () => {
      const { queue, observer } = start({}, DELIVERED)
      queue.add(1)
      const down = queue.shutdown(5000)
      await pass(1)
      await down
      queue.add(2)
      expect(queue).toMatchObject({ exported: 1, held: 0, dropped: { afterShutdown: 1 } })
      expect(observer.dropped).toHaveBeenCalledWith('afterShutdown', 1)
    })
  })

  describe('hurry', () => {
    it('sends what there is and what comes, without delay', async () => {
      const { queue, sent } = start({}, DELIVERED)
      queue.add(1)
      queue.hurry()
      await pass(1)
      queue.add(2)
      await pass(1)
      expect(sent).toEqual([[1], [2]])
    })
  })

  describe('takeAll', () => {
    it('hands over everything, requests under way included, for others to conclude', async () => {
      const run = start()
      addAll(run.queue, range(1, 12))
      await pass(1)
      expect(run.queue.takeAll()).toEqual([range(1, 10), [11, 12]])
      expect(run.queue.held).toBe(0)
      run.queue.conclude(range(1, 10), DELIVERED)
      run.queue.conclude([11, 12], GONE)
      await run.answer(DELIVERED)
      expect(run.queue).toMatchObject({ exported: 10, dropped: { deadline: 2 } })
    })
  })

  it('keeps what ended during a drain that delivered all it waited for', async () => {
    const run = start()
    run.queue.add(1)
    const drained = run.queue.drain(5000)
    await pass(1)
    run.queue.add(2)
    await run.answer(DELIVERED)
    await drained
    expect(run.queue).toMatchObject({ exported: 1, held: 1, dropped: { deadline: 0 } })
  })

  it('holds no more bytes than it may, and has room again when they are gone', async () => {
    const run = start({ maxQueueBytes: 100, sizeOf: (span) => span })
    addAll(run.queue, [60, 41, 40, 1])
    expect(run.queue).toMatchObject({ held: 2, dropped: { queueFull: 2 } })
    await pass(5000)
    await run.answer(DELIVERED)
    run.queue.add(100)
    expect(run.queue).toMatchObject({ held: 1, dropped: { queueFull: 2 } })
  })

  it('sends a batch that has become large before it is full', async () => {
    const { queue, sent } = start({ maxQueueBytes: Infinity, sizeOf: () => 300_000 }, DELIVERED)
    addAll(queue, [1, 2, 3])
    await pass(1)
    expect(sent).toEqual([[1, 2]])
  })

  it('halves a batch that is too large for the backend, until single spans are', async () => {
    const sent: number[][] = []
    const { queue, observer } = start({
      deliver(batch) {
        sent.push([...batch])
        const fits = batch.length <= 2 && !batch.includes(3)
        return Promise.resolve(fits ? DELIVERED : { ...DENIED, cause: 'http 413', tooLarge: true })
      },
    })
    addAll(queue, range(1, 10))
    const flushed = queue.flush()
    await pass(100)
    await flushed
    expect(sent.filter((batch) => batch.length <= 2)).toEqual([[1, 2], [3], [4, 5], [6, 7], [8], [9, 10]])
    expect(queue).toMatchObject({ exported: 9, held: 0, dropped: { refused: 1 } })
    // It is said that batches are too large, and which spans are lost by that.
    expect(observer.failed.mock.calls[0]?.[0]).toMatchObject({ outcome: 'retry', cause: 'http 413' })
    expect(observer.failed.mock.calls.filter(([failure]) => failure.outcome === 'refused')).toHaveLength(1)
  })

  it('grows no further in an hour without a backend, and accounts for every span when it is back', async () => {
    let away = true
    const made = 36_000
    const { queue } = start({
      maxQueueBytes: 500,
      sizeOf: () => 10,
      deliver: () => Promise.resolve(away ? GONE : DELIVERED),
    })
    let most = 0
    for (let span = 0; span < made; span += 10) {
      addAll(queue, range(1, 10))
      most = Math.max(most, queue.held)
      await pass(1000)
    }
    expect(most).toBe(50)
    // One timer, however many attempts there were.
    expect(vi.getTimerCount()).toBe(1)
    away = false
    const flushed = queue.flush()
    await pass(100)
    await flushed
    expect(queue.exported + queue.dropped.queueFull).toBe(made)
    expect(queue).toMatchObject({ exported: 50, held: 0 })
  })

  describe('with a spool', () => {
    /** A disk that takes everything when the test says so. */
    function startSpooling(always?: Delivery) {
      const disk: number[][] = []
      const copies: number[][] = []
      const forgotten: number[][] = []
      const spool = {
        usable: true,
        takes: true,
        async keep(spans: readonly number[]) {
          return spool.keepNow(spans)
        },
        keepNow(spans: readonly number[]) {
          if (spool.takes) disk.push([...spans])
          else spool.usable = false
          return spool.takes
        },
        async secure(spans: readonly number[]) {
          copies.push([...spans])
        },
        forget(spans: readonly number[]) {
          forgotten.push([...spans])
        },
      }
      return { disk, copies, forgotten, spool, ...start({ spool }, always) }
    }

    it('puts on the disk what failed, and what ends while the backend is left alone', async () => {
      const { queue, disk, sent } = startSpooling({ ...BUSY, retryAfterMillis: 60_000 })
      addAll(queue, range(1, 12))
      await pass(5001)
      expect(sent).toEqual([range(1, 10)])
      expect(disk).toEqual([range(1, 10), [11, 12]])
      expect(queue.held).toBe(0)
    })

    it('tries with what ends next when the backend was left alone for long enough', async () => {
      const { queue, sent } = startSpooling(BUSY)
      addAll(queue, range(1, 10))
      await pass(1001)
      addAll(queue, range(11, 20))
      await pass(1)
      expect(sent).toEqual([range(1, 10), range(11, 20)])
    })

    it('puts on the disk what waits behind a request that hangs', async () => {
      const { queue, disk, answer } = startSpooling()
      addAll(queue, range(1, 10))
      await pass(1)
      addAll(queue, [11, 12])
      await pass(4000)
      expect(disk).toEqual([])
      await pass(1001)
      expect(disk).toEqual([[11, 12]])
      await answer(DELIVERED)
      expect(queue).toMatchObject({ exported: 10, held: 0 })
    })

    it('holds in memory what the disk does not take, and tries again', async () => {
      const { queue, spool, sent } = startSpooling(BUSY)
      spool.takes = false
      queue.add(1)
      await pass(5001)
      expect(queue.held).toBe(1)
      await pass(1000)
      expect(sent).toEqual([[1], [1]])
    })

    it('puts on the disk what is left at the end, and loses nothing', async () => {
      const { queue, disk } = startSpooling()
      addAll(queue, range(1, 12))
      const drained = queue.drain(1000)
      await pass(1010)
      await drained
      expect(disk).toEqual([range(1, 10), [11, 12]])
      expect(queue).toMatchObject({ held: 0, dropped: { deadline: 0 } })
    })

    it('counts at the end what the disk does not take either', async () => {
      const { queue, spool, observer } = startSpooling()
      spool.takes = false
      addAll(queue, range(1, 12))
      queue.conclude(queue.takeAll().flat(), GONE)
      expect(observer.dropped.mock.calls).toEqual([['deadline', 12]])
    })

    it('waits no longer than a second for an answer when it is half full', async () => {
      const { queue, disk } = startSpooling()
      addAll(queue, range(1, 10))
      await pass(1)
      addAll(queue, range(11, 50))
      await pass(900)
      expect(disk).toEqual([])
      await pass(200)
      addAll(queue, range(51, 60))
      await pass(1)
      expect(disk.flat()).toEqual(range(11, 60))
      expect(queue).toMatchObject({ held: 10, dropped: { queueFull: 0 } })
    })

    it('leaves a copy on the disk of what a backend sits on, until that answers', async () => {
      const { queue, copies, forgotten, disk, answer } = startSpooling()
      queue.add(1)
      await pass(5001)
      await pass(4990)
      expect(copies).toEqual([])
      await pass(20)
      expect(copies).toEqual([[1]])
      await answer(DELIVERED)
      expect(forgotten).toEqual([[1]])
      expect(disk).toEqual([])
      expect(queue).toMatchObject({ exported: 1, held: 0 })
    })

    it('puts batches on the disk one after the other', async () => {
      let writing = 0
      let most = 0
      const spool = {
        usable: true,
        async keep() {
          most = Math.max(most, ++writing)
          await new Promise((resolve) => setTimeout(resolve, 10))
          writing--
          return true
        },
        keepNow: () => true,
        secure: async () => {},
        forget() {},
      }
      const { queue } = start({ spool }, { ...BUSY, retryAfterMillis: 60_000 })
      addAll(queue, range(1, 10))
      await pass(50)
      addAll(queue, range(11, 90))
      await pass(200)
      expect(queue.held).toBe(0)
      expect(most).toBe(1)
    })
  })

  it('tells which spans were sent, and how each export ended, its retries included', async () => {
    const run = start()
    addAll(run.queue, range(1, 25))
    await pass(1)
    expect(run.queue).toMatchObject({ held: 25, inFlight: 10, handedOver: 10 })
    await run.answer(BUSY)
    expect(run.queue).toMatchObject({ inFlight: 10 })
    await pass(1000)
    await run.answer({ ...DENIED, status: 401 })
    expect(run.observer.concluded.mock.calls).toEqual([
      [expect.objectContaining({ status: 401, cause: 'http 401', millis: expect.any(Number) })],
    ])
    await run.answer({ outcome: 'delivered', rejected: 4, status: 200 })
    const [, [end]] = run.observer.concluded.mock.calls as [unknown, [{ millis: number }]]
    expect(end).toMatchObject({ status: 200, cause: 'rejected' })
    // From the first attempt on, which was answered with 503.
    expect(end.millis).toBeGreaterThanOrEqual(1000)
    const drained = run.queue.drain(100)
    await pass(101)
    await drained
    expect(run.observer.concluded).toHaveBeenLastCalledWith(expect.objectContaining({ cause: 'deadline' }))
    expect(run.queue).toMatchObject({ held: 0, inFlight: 0, handedOver: 25, givenUpUnsent: 0 })
  })
})
