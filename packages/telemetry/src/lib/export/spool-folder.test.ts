import { mkdir, mkdtemp, readdir, readFile, rm, stat, truncate, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { EncodedBatch } from '../otlp/encoded-batch.ts'
import { SpoolFolder } from './spool-folder.ts'

let parent: string
let path: string
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'linked-traces-spool-'))
  path = join(parent, 'one')
})
afterEach(() => rm(parent, { recursive: true, force: true }))

const batch = (text: string, spans = 1) => ({ spans, encoding: 'json', body: Buffer.from(text) }) as const

function start(options: { maxBytes?: number } = {}) {
  let time = Date.now()
  const onLost = vi.fn()
  const folder = new SpoolFolder({ path, maxBytes: 1000, onLost, now: () => time++, ...options })
  return {
    folder,
    onLost,
    pass(millis: number) {
      time += millis
    },
    async take() {
      const claimed = await folder.claimOldest()
      return claimed && { ...claimed, text: Buffer.from(claimed.body).toString() }
    },
  }
}

const keep = (folder: SpoolFolder, one: EncodedBatch) => folder.keep(one, folder.newName())
const keepNow = (folder: SpoolFolder, one: EncodedBatch) => folder.keepNow(one, folder.newName())

describe('SpoolFolder', () => {
  it('gives back what it was given, the oldest first, each once', async () => {
    const { folder, take } = start()
    await keep(folder, batch('one', 2))
    keepNow(folder, batch('two', 3))
    await keep(folder, { ...batch('three'), encoding: 'protobuf' })
    expect(folder.state.spans).toBe(6)
    const one = await take()
    expect(one).toMatchObject({ text: 'one', spans: 2, encoding: 'json' })
    expect(await take()).toMatchObject({ text: 'two', spans: 3 })
    expect(await take()).toMatchObject({ text: 'three', encoding: 'protobuf' })
    expect(await take()).toBeUndefined()
    await one?.remove()
    expect(await readdir(path)).toHaveLength(2)
    expect(folder.state.spans).toBe(4)
  })

  it('keeps everything to its owner', async () => {
    const { folder } = start()
    await keep(folder, batch('one'))
    keepNow(folder, batch('two'))
    expect((await stat(path)).mode & 0o777).toBe(0o700)
    for (const name of await readdir(path)) expect((await stat(join(path, name))).mode & 0o777).toBe(0o600)
  })

  it('drops the oldest for want of room, and says how many spans that were', async () => {
    const { folder, onLost, take } = start({ maxBytes: 30 })
    await keep(folder, batch('1234567890', 3))
    await keep(folder, batch('abcdefghij', 4))
    expect(onLost).not.toHaveBeenCalled()
    await keep(folder, batch('ABCDEFGHIJ', 5))
    expect(onLost.mock.calls).toEqual([['spoolFull', 3]])
    expect(await take()).toMatchObject({ text: 'abcdefghij' })
  })

  it('is shared: a batch goes to one process, and to another when that lets go of it', async () => {
    const [first, second] = [start(), start()]
    await keep(first.folder, batch('one'))
    const claimed = await first.take()
    expect(await second.take()).toBeUndefined()
    claimed?.release()
    expect(await second.take()).toMatchObject({ text: 'one' })
    expect(await first.take()).toBeUndefined()
  })

  it('gives every batch to one of many that ask at the same time', async () => {
    const processes = Array.from({ length: 8 }, () => start())
    for (let index = 0; index < 20; index++) await keep(start().folder, batch(`${index}`))
    const taken = await Promise.all(
      processes.map(async ({ take }) => {
        const texts: string[] = []
        for (let one = await take(); one !== undefined; one = await take()) {
          texts.push(one.text)
          await one.remove()
        }
        return texts
      }),
    )
    const everything = taken.flat()
    expect(everything.toSorted()).toEqual(Array.from({ length: 20 }, (_, index) => `${index}`).toSorted())
  })

  it('takes over what a process had taken that died', async () => {
    const [dead, alive] = [start(), start()]
    await keep(dead.folder, batch('one'))
    await dead.take()
    alive.pass(59_000)
    expect(await alive.take()).toBeUndefined()
    alive.pass(2000)
    expect(await alive.take()).toMatchObject({ text: 'one' })
  })

  it('takes over what was taken by a clock that was set back since', async () => {
    const [dead, alive] = [start(), start()]
    await keep(dead.folder, batch('one'))
    dead.pass(3_600_000)
    await dead.take()
    expect(await alive.take()).toMatchObject({ text: 'one' })
  })

  it('renews its claims for as long as it lives, and no longer than it has any', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    try {
      const [slow, other] = [start(), start()]
      await keep(slow.folder, batch('one'))
      const claimed = await slow.take()
      const [name = ''] = await readdir(path)
      const before = (await stat(join(path, name))).mtimeMs
      for (const process of [slow, other]) process.pass(90_000)
      vi.advanceTimersByTime(20_000)
      await vi.waitFor(async () =>
        expect((await stat(join(path, name))).mtimeMs).toBeGreaterThan(before + 80_000),
      )
      expect(await other.take()).toBeUndefined()
      await claimed?.remove()
      expect(vi.getTimerCount()).toBe(0)
    } finally {
      vi.useRealTimers()
    }
  })

  it('keeps a copy for itself, which is not counted, until it lets go of it or is dead', async () => {
    const [sender, other] = [start(), start()]
    const released = await sender.folder.keepClaimed(batch('one', 3), sender.folder.newName())
    const removed = await sender.folder.keepClaimed(batch('two', 4), sender.folder.newName())
    expect(await sender.take()).toBeUndefined()
    expect(await other.take()).toBeUndefined()
    expect(sender.folder.state.spans).toBe(0)
    await removed.remove()
    released.release()
    expect(sender.folder.state.spans).toBe(3)
    expect(await other.take()).toMatchObject({ text: 'one', spans: 3 })
    expect(await other.take()).toBeUndefined()
    await sender.folder.keepClaimed(batch('three', 5), sender.folder.newName())
    other.pass(61_000)
    expect(await other.take()).toMatchObject({ text: 'three', spans: 5 })
  })

  it.each([
    ['cut', (file: string) => truncate(file, 8)],
    ['empty', (file: string) => truncate(file, 0)],
    ['changed', async (file: string) => writeFile(file, (await readFile(file)).fill(0, 6, 7))],
  ])('loses a file that is %s and no other, and says how many spans that were', async (_, damage) => {
    const { folder, onLost, take } = start()
    await keep(folder, batch('damaged one', 7))
    const [file = ''] = await readdir(path)
    await damage(join(path, file))
    await keep(folder, batch('two'))
    expect(await take()).toMatchObject({ text: 'two' })
    expect(onLost.mock.calls).toEqual([['spoolUnreadable', 7]])
  })

  it('clears away what a process was writing when it died, and counts it', async () => {
    const { folder, onLost, take, pass } = start()
    await mkdir(path)
    const torn = join(path, `000000000000001-${'0'.repeat(36)}.9.json.${'1'.repeat(36)}.partial`)
    await writeFile(torn, 'half')
    await utimes(torn, Date.now() / 1000, Date.now() / 1000)
    await keep(folder, batch('one'))
    expect(await readdir(path)).toHaveLength(2)
    pass(61_000)
    expect(await take()).toMatchObject({ text: 'one' })
    expect(onLost.mock.calls).toEqual([['spoolUnreadable', 9]])
    expect(await readdir(path)).toHaveLength(1)
  })

  it('leaves files alone that are not its own', async () => {
    const { folder, take } = start({ maxBytes: 10 })
    await mkdir(path)
    await writeFile(join(path, 'notes.txt'), 'x'.repeat(1000))
    await keep(folder, batch('one'))
    expect(await take()).toMatchObject({ text: 'one' })
    expect(await readdir(path)).toContain('notes.txt')
  })

  it('rejects when the path cannot be written to', async () => {
    await writeFile(path, 'a file, not a folder')
    const { folder } = start()
    await expect(keep(folder, batch('one'))).rejects.toMatchObject({ code: 'EEXIST' })
    expect(() => keepNow(folder, batch('one'))).toThrow(expect.objectContaining({ code: 'EEXIST' }))
  })

  it('has a batch once that is kept twice by one name, as when a process exits while it is being kept', async () => {
    const { folder, take } = start()
    const name = folder.newName()
    await Promise.all([folder.keep(batch('one'), name), folder.keepNow(batch('one'), name)])
    expect(await take()).toMatchObject({ text: 'one' })
    expect(await take()).toBeUndefined()
  })
})
