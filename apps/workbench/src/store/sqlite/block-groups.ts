import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { bitsOf, filterBytes } from './block-filter.ts'

/** Blocks of a group: a bit of each fits the 8 bytes that a group has for one bit of a filter. */
const groupBlocks = 64
const rowBytes = groupBlocks / 8
/** Bits of a filter whose rows are kept together: 512 bytes of them, since a page holds no four rows of a KiB but one and a part of it. */
const sliceBits = 64
const sliceCount = (filterBytes * 8) / sliceBits
const blockBytes = 40

/** What a search may skip: chunks, and between which times (signed nanoseconds) their spans are. */
export type Block = {
  readonly firstChunk: number
  readonly lastChunk: number
  readonly minStart: bigint
  readonly maxStart: bigint
  readonly maxDuration: bigint
}

/** Those of the 64 blocks of a group that may hold something; the first 32 in `low`. */
export type BlockSet = { readonly low: number; readonly high: number }

export const allBlocks: BlockSet = { low: -1, high: -1 }
export const noBlocks: BlockSet = { low: 0, high: 0 }
export const both = (a: BlockSet, b: BlockSet): BlockSet => ({ low: a.low & b.low, high: a.high & b.high })
export const either = (a: BlockSet, b: BlockSet): BlockSet => ({ low: a.low | b.low, high: a.high | b.high })
export const isIn = ({ low, high }: BlockSet, position: number): boolean =>
  (((position < 32 ? low : high) >>> (position & 31)) & 1) === 1

/**
 * Puts blocks together whose filters are then kept on their side, so that a search reads five rows for 64 blocks instead of 64 filters; its
 * caller brings the transaction.
 */
export class BlockGrouper {
  readonly #count: StatementSync
  readonly #select: StatementSync
  readonly #insertGroup: StatementSync
  readonly #insertSlice: StatementSync
  readonly #delete: StatementSync
  #waiting = 0

  constructor(database: DatabaseSync) {
    // The filters of an older file are of another size and stay as they are.
    const isGroupable = `length(filter) = ${filterBytes}`
    this.#count = database.prepare(`SELECT count(*) AS blocks FROM block WHERE ${isGroupable}`)
    this.#select = database.prepare(
      `SELECT first_chunk, last_chunk, min_start, max_start, max_duration, filter FROM block
       WHERE ${isGroupable} ORDER BY first_chunk LIMIT ${groupBlocks}`,
    )
    this.#select.setReadBigInts(true)
    this.#insertGroup = database.prepare('INSERT INTO block_group VALUES (?, ?, ?, ?, ?, ?)')
    this.#insertSlice = database.prepare('INSERT INTO filter_slice VALUES (?, ?, ?)')
    this.#delete = database.prepare(`DELETE FROM block WHERE first_chunk BETWEEN ? AND ? AND ${isGroupable}`)
  }

  /** Begins with what the database holds: at the start, and when a transaction was rolled back. */
  restore(): void {
    this.#waiting = this.#count.get()?.blocks as number
  }

  /** To be called when a block was inserted: makes a group of the oldest ones that have none, once there are enough. */
  added(): void {
    if (++this.#waiting < groupBlocks) return
    const rows = this.#select.all()
    // Fewer than were counted when some were evicted.
    this.#waiting = rows.length % groupBlocks
    const [first, last] = [rows[0], rows[groupBlocks - 1]]
    if (!first || !last) return
    const blocks = Buffer.alloc(groupBlocks * blockBytes)
    const bits = new Uint8Array(filterBytes * 8 * rowBytes)
    const times = { min: first.min_start as bigint, max: first.max_start as bigint, longest: 0n }
    rows.forEach((row, position) => {
      const columns = [row.first_chunk, row.last_chunk, row.min_start, row.max_start, row.max_duration]
      columns.forEach((value, column) => {
        blocks.writeBigInt64LE(value as bigint, position * blockBytes + column * 8)
      })
      turn(row.filter as Uint8Array, position, bits)
      if ((row.min_start as bigint) < times.min) times.min = row.min_start as bigint
      if ((row.max_start as bigint) > times.max) times.max = row.max_start as bigint
      if ((row.max_duration as bigint) > times.longest) times.longest = row.max_duration as bigint
    })
    const group = first.first_chunk as bigint
    this.#insertGroup.run(group, last.last_chunk as bigint, times.min, times.max, times.longest, blocks)
    const sliceBytes = sliceBits * rowBytes
    for (let slice = 0; slice < sliceCount; slice++)
      this.#insertSlice.run(group, slice, bits.subarray(slice * sliceBytes, (slice + 1) * sliceBytes))
    this.#delete.run(group, last.first_chunk as bigint)
  }
}

/** Sets in `rows` what `filter` has set, as the bits of the block at `position`. */
function turn(filter: Uint8Array, position: number, rows: Uint8Array): void {
  const [byte, mask] = [position >>> 3, 1 << (position & 7)]
  for (let at = 0; at < filterBytes; at++) {
    for (let bits = filter[at] as number; bits !== 0; bits &= bits - 1) {
      const row = (at * 8 + 31 - Math.clz32(bits & -bits)) * rowBytes + byte
      rows[row] = (rows[row] as number) | mask
    }
  }
}

/** A group as it is read back. */
export class BlockGroup implements Block {
  readonly firstChunk: number
  readonly lastChunk: number
  readonly minStart: bigint
  readonly maxStart: bigint
  readonly maxDuration: bigint
  readonly #blocks: DataView
  readonly #selectSlice: StatementSync
  /** Bound: the slices of one group. */
  readonly #slices = new Map<number, DataView>()

  /** `row` has the columns of `block_group` with integers as bigints, `selectSlice` asks for the bits of a group's slice. */
  constructor(row: Record<string, unknown>, selectSlice: StatementSync) {
    this.firstChunk = Number(row.first_chunk)
    this.lastChunk = Number(row.last_chunk)
    this.minStart = row.min_start as bigint
    this.maxStart = row.max_start as bigint
    this.maxDuration = row.max_duration as bigint
    this.#blocks = viewOf(row.blocks as Uint8Array)
    this.#selectSlice = selectSlice
  }

  get blockCount(): number {
    return this.#blocks.byteLength / blockBytes
  }

  block(position: number): Block {
    const column = (index: number): bigint =>
      this.#blocks.getBigInt64(position * blockBytes + index * 8, true)
    return {
      firstChunk: Number(column(0)),
      lastChunk: Number(column(1)),
      minStart: column(2),
      maxStart: column(3),
      maxDuration: column(4),
    }
  }

  /** Blocks that may hold `token`; those that do are among them. */
  mayHold(token: number): BlockSet {
    let set = allBlocks
    for (const bit of bitsOf(token)) {
      const at = (bit % sliceBits) * rowBytes
      const slice = this.#slice(Math.floor(bit / sliceBits))
      set = both(set, { low: slice.getInt32(at, true), high: slice.getInt32(at + 4, true) })
      if (set.low === 0 && set.high === 0) break
    }
    return set
  }

  #slice(number: number): DataView {
    let slice = this.#slices.get(number)
    if (!slice) {
      slice = viewOf(this.#selectSlice.get(this.firstChunk, number)?.bits as Uint8Array)
      this.#slices.set(number, slice)
    }
    return slice
  }
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)

/** SQL for the last chunk that is in a block, 0 when there is none. */
export const lastBlockedChunk = `max(
  coalesce((SELECT last_chunk FROM block ORDER BY first_chunk DESC LIMIT 1), 0),
  coalesce((SELECT last_chunk FROM block_group ORDER BY first_chunk DESC LIMIT 1), 0))`
