import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { EncodedBatch } from '../otlp/encoded-batch.ts'
import type { Delivery, Refused } from './delivery.ts'
import { DiskSpool } from './spool.ts'

const DELIVERED: Delivery = { outcome: 'delivered', rejected: 0 }
const BUSY: Delivery = {
  outcome: 'retry',
  cause: 'http 503',
  words: 'answered 503',
  cure: '',
  unreachable: false,
}

const UNENCODABLE: Refused = { ...BUSY, outcome: 'refused', cause: 'encoding', words: 'no encoding' }
const TOO_LARGE: Refused = { ...BUSY, outcome: 'refused', cause: 'http 413', tooLarge: true }

/** A spool over a folder in memory, and a backend that answers what the test says. */
function start(answer: Delivery = DELIVERED) {
  const files: EncodedBatch[] = []
  const sent: string[] = []
  const backend = {
    answer,
    hangs: false,
    answerTo: undefined as ((text: string) => Delivery) | undefined,
    reply: undefined as ((delivery: Delivery) => void) | undefined,
  }
  const observer = { delivered: vi.fn(), failed: vi.fn(), unusable: vi.fn(), concluded: vi.fn() }
  const released: string[] = []
  const disk = {
    error: undefined as Error | undefined,
    slow: undefined as Promise<void> | undefined,
    reads: 0,
  }
  let names = 0
  const kept: string[] = []
  const write = (batch: EncodedBatch, name: string) => {
    if (disk.error) throw disk.error
    kept.push(name)
    files.push(batch)
  }
  const spool = new DiskSpool<string>({
    folder: {
      state: { spans: 0, bytes: 0 },
      newName: () => `${++names}`,
      keep: async (batch, name) => write(batch, name),
      keepNow: write,
      async keepClaimed(batch, name) {
        write(batch, name)
        return {
          remove: async () => void files.splice(files.indexOf(batch), 1),
          release: () => void released.push(name),
        }
      },
      async claimOldest() {
        disk.reads++
        const batch = files.shift()
        await disk.slow
        return batch && { ...batch, remove: async () => {}, release: () => void files.unshift(batch) }
      },
    },
    encode(spans) {
      const body = spans.filter((span) => !span.includes('!'))
      const lost = spans.length - body.length
      if (body.length === 0) return { batch: undefined, lost, failure: UNENCODABLE }
      return {
        batch: { spans: body.length, encoding: 'json', body: Buffer.from(body.join()) },
        lost,
        failure: lost > 0 ? UNENCODABLE : undefined,
      }
    },
    halve({ spans, encoding, body }) {
      const all = Buffer.from(body).toString().split(',')
      const middle = Math.ceil(spans / 2)
      if (spans < 2) return []
      return [all.slice(0, middle), all.slice(middle)].map((half) => {
        return { spans: half.length, encoding, body: Buffer.from(half.join()) }
      })
    },
    send(batch, signal) {
      const text = Buffer.from(batch.body).toString()
      sent.push(text)
      if (!backend.hangs) return Promise.resolve(backend.answerTo?.(text) ?? backend.answer)
      return new Promise((resolve) => {
        backend.reply = resolve
        signal.addEventListener('abort', () => resolve(BUSY))
      })
    },
    observer,
    random: () => 1,
  })
  return { spool, files, kept, released, sent, backend, observer, disk }
}

const pass = (millis: number) => vi.advanceTimersByTimeAsync(millis)
beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('DiskSpool', () => {
  it('delivers what it keeps by itself, one after the other', async () => {
    const { spool, sent } = start()
    expect(await spool.keep(['a', 'b'])).toBe(true)
    expect(spool.keepNow(['c'])).toBe(true)
    await pass(1000)
    expect(sent).toEqual(['a,b', 'c'])
    expect(spool).toMatchObject({ exported: 3, refused: 0 })
  })

  it('waits longer and longer while the backend is away, and as long as it asks', async () => {
    const { spool, sent, backend, observer, files } = start(BUSY)
    spool.keepNow(['a'])
    spool.deliver()
    await pass(0)
    for (const wait of [1000, 2000, 4000]) {
      const before = sent.length
      await pass(wait - 1)
      expect(sent).toHaveLength(before)
      await pass(1)
      expect(sent).toHaveLength(before + 1)
    }
    backend.answer = { ...BUSY, retryAfterMillis: 60_000 }
    await pass(8000)
    const before = sent.length
    await pass(59_000)
    expect(sent).toHaveLength(before)
    expect(observer.failed).toHaveBeenCalledTimes(before)
    expect(files).toHaveLength(1)
    backend.answer = DELIVERED
    await pass(1000)
    expect(files).toHaveLength(0)
  })

  it('tries at once when it hears that the backend is back', async () => {
    const { spool, backend, sent } = start(BUSY)
    spool.keepNow(['a'])
    spool.deliver()
    await pass(10)
    backend.answer = DELIVERED
    spool.deliver()
    await pass(0)
    expect(sent).toHaveLength(2)
    expect(spool.exported).toBe(1)
  })

  it('gives up what the backend refuses for good, and counts what it rejects', async () => {
    const { spool, backend, files, observer } = start({ ...BUSY, outcome: 'refused' })
    spool.keepNow(['a', 'b'])
    spool.deliver()
    await pass(0)
    expect(spool).toMatchObject({ exported: 0, refused: 2 })
    expect(observer.failed).toHaveBeenCalledWith(expect.objectContaining({ outcome: 'refused' }), 2, 0)
    backend.answer = { ...DELIVERED, rejected: 1 }
    spool.keepNow(['c', 'd'])
    spool.deliver()
    await pass(0)
    expect(spool).toMatchObject({ exported: 1, refused: 2, rejected: 1 })
    expect(files).toHaveLength(0)
  })

  it('looks again later for what other processes left behind', async () => {
    const { spool, files, sent } = start()
    spool.deliver()
    await pass(0)
    files.push({ spans: 1, encoding: 'json', body: Buffer.from('left') })
    await pass(30_000)
    expect(sent).toEqual(['left'])
  })

  it('lets go of what is under way when it is stopped', async () => {
    const { spool, backend, files } = start()
    backend.hangs = true
    spool.keepNow(['a'])
    spool.deliver()
    await pass(0)
    expect(spool.sending).toBe(1)
    spool.stop()
    await pass(100_000)
    expect(files).toHaveLength(1)
    expect(spool.sending).toBe(0)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('waits at the end for the answer to what is under way, and takes nothing more from the disk', async () => {
    const { spool, backend, files, sent } = start()
    backend.hangs = true
    spool.keepNow(['a'])
    spool.keepNow(['b'])
    spool.deliver()
    await pass(0)
    const finished = vi.fn()
    void spool.finish(5000).then(finished)
    await pass(4000)
    expect(finished).not.toHaveBeenCalled()
    backend.reply?.(DELIVERED)
    await pass(0)
    expect(finished).toHaveBeenCalled()
    expect(sent).toEqual(['a'])
    expect(files).toHaveLength(1)
    expect(spool.exported).toBe(1)
  })

  it('waits at the end no longer than it is told to', async () => {
    const { spool, backend } = start()
    backend.hangs = true
    spool.keepNow(['a'])
    spool.deliver()
    await pass(0)
    const finished = vi.fn()
    void spool.finish(5000).then(finished)
    await pass(4999)
    expect(finished).not.toHaveBeenCalled()
    await pass(1)
    expect(finished).toHaveBeenCalled()
  })

  it('begins with nothing at the end, though its queue delivers meanwhile, and goes on once that was not the end', async () => {
    const { spool, sent, disk } = start()
    await spool.keep(['a'])
    await spool.finish(5000)
    spool.deliver()
    await pass(10_000)
    expect(sent).toEqual([])
    expect(disk.reads).toBe(0)
    spool.stop()
    spool.deliver()
    await pass(0)
    expect(sent).toEqual(['a'])
  })

  it('sends nothing that it was still taking from the disk when it was asked to finish', async () => {
    const { spool, sent, files, disk } = start()
    const { promise, resolve } = Promise.withResolvers<void>()
    disk.slow = promise
    spool.keepNow(['a'])
    spool.deliver()
    const finished = vi.fn()
    void spool.finish(5000).then(finished)
    await pass(100)
    expect(finished).not.toHaveBeenCalled()
    resolve()
    await pass(0)
    expect(finished).toHaveBeenCalled()
    spool.stop()
    expect(sent).toEqual([])
    expect(files).toHaveLength(1)
  })

  it('leaves a full disk alone for 30 seconds, and says so', async () => {
    const { spool, disk, observer } = start()
    disk.error = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })
    expect(await spool.keep(['a'])).toBe(false)
    expect(spool.usable).toBe(false)
    expect(spool.keepNow(['a'])).toBe(false)
    expect(observer.unusable.mock.calls).toEqual([['ENOSPC: no space left on device, write']])
    disk.error = undefined
    await pass(30_000)
    expect(spool.usable).toBe(true)
    expect(spool.keepNow(['a'])).toBe(true)
  })

  it('gives a batch one name, however often it is kept, and every batch its own', async () => {
    const { spool, kept } = start()
    const spans = ['a']
    void spool.keep(spans)
    spool.keepNow(spans)
    spool.keepNow(['a'])
    expect(kept).toEqual(['1', '1', '2'])
  })

  it('counts spans that cannot be encoded, once they are not on the disk for good', async () => {
    const { spool, files, observer, disk } = start()
    disk.error = new Error('full')
    expect(await spool.keep(['a', '!b'])).toBe(false)
    expect(spool.refused).toBe(0)
    disk.error = undefined
    await pass(30_000)
    expect(await spool.keep(['a', '!b'])).toBe(true)
    expect(files).toMatchObject([{ spans: 1 }])
    expect(spool.keepNow(['!c', '!d'])).toBe(true)
    expect(files).toHaveLength(1)
    expect(spool.refused).toBe(3)
    expect(observer.failed.mock.calls).toEqual([
      [UNENCODABLE, 1, 0],
      [UNENCODABLE, 2, 0],
    ])
  })

  it('halves a batch that is too large for the backend, until single spans are', async () => {
    const { spool, files, sent, backend } = start()
    backend.answerTo = (text) => (text.includes('c') || text.length > 3 ? TOO_LARGE : DELIVERED)
    spool.keepNow(['a', 'b', 'c', 'd', 'e'])
    spool.deliver()
    await pass(0)
    expect(sent).toEqual(['a,b,c,d,e', 'a,b,c', 'a,b', 'c', 'd,e'])
    expect(files).toEqual([])
    expect(spool).toMatchObject({ exported: 4, refused: 1 })
  })

  it('keeps the parts of a batch that came after the backend had gone', async () => {
    const { spool, files, sent, backend } = start()
    backend.answerTo = (text) => (text.length > 3 ? TOO_LARGE : sent.length > 2 ? BUSY : DELIVERED)
    spool.keepNow(['a', 'b', 'c', 'd'])
    spool.deliver()
    await pass(0)
    expect(sent).toEqual(['a,b,c,d', 'a,b', 'c,d'])
    expect(files.map(({ body }) => Buffer.from(body).toString())).toEqual(['c,d'])
    backend.answerTo = undefined
    await pass(1000)
    expect(sent.slice(3)).toEqual(['c,d'])
    expect(spool.exported).toBe(4)
  })

  it('has a copy of what is being sent, which is removed with the answer, or becomes what is kept', async () => {
    const { spool, files, released } = start()
    const [answered, unanswered] = [['a'], ['b']]
    await spool.secure(answered)
    await spool.secure(answered)
    await spool.secure(unanswered)
    expect(files).toHaveLength(2)
    spool.forget(answered)
    await pass(0)
    expect(files).toMatchObject([{ body: Buffer.from('b') }])
    expect(await spool.keep(unanswered)).toBe(true)
    expect(files).toHaveLength(1)
    expect(released).toEqual(['2'])
  })
})
