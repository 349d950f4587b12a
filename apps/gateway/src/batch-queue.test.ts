import { describe, expect, it } from 'vitest'
import { BatchQueue } from './batch-queue.ts'

/** A queue whose consumer notes each batch, and takes the next when it is let go on. */
function start({ maxBatch = 3, maxWaiting = 100 } = {}) {
  const batches: (readonly number[])[] = []
  let goOn = () => {}
  const queue = new BatchQueue<number>({
    consume: (batch) => {
      batches.push(batch)
      return new Promise((resolve) => {
        goOn = resolve
      })
    },
    maxBatch,
    maxWaiting,
    lingerMillis: 0,
  })
  const consumed = (count: number) => expect.poll(() => batches.length, { timeout: 15_000 }).toBe(count)
  return { queue, batches, consumed, goOn: () => goOn() }
}

describe('BatchQueue', () => {
  it('gives what was waiting in batches, in order, one after another', async () => {
    const { queue, batches, consumed, goOn } = start({ maxBatch: 3 })
    for (const message of [1, 2, 3, 4]) queue.push(message)
    expect(batches).toEqual([])
    await consumed(1)
    queue.push(5)
    expect(batches).toEqual([[1, 2, 3]])
    goOn()
    await consumed(2)
    expect(batches[1]).toEqual([4, 5])
  })

  it('goes on with what comes after it was empty', async () => {
    const { queue, batches, consumed, goOn } = start()
    queue.push(1)
    await consumed(1)
    goOn()
    await new Promise((resolve) => setImmediate(resolve))
    queue.push(2)
    await consumed(2)
    expect(batches).toEqual([[1], [2]])
  })

  it('takes no more than it has room for', async () => {
    const { queue, consumed } = start({ maxBatch: 3, maxWaiting: 2 })
    expect([2, 3].map((messages) => queue.hasRoomFor(messages))).toEqual([true, false])
    queue.push(1)
    queue.push(2)
    expect(() => queue.push(3)).toThrow(new RangeError('The queue has room for 2 messages.'))
    await consumed(1)
    expect(queue.hasRoomFor(2)).toBe(true)
  })
})
