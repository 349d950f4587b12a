import { isValidSpanId, isValidTraceId } from '@opentelemetry/api'
import { describe, expect, it } from 'vitest'
import { seededBytes } from '../../../test/seeded-bytes.ts'
import { RandomIdGenerator } from './random-id-generator.ts'

describe('RandomIdGenerator', () => {
  it('makes valid ids, none of them twice, over many pools', () => {
    const ids = new RandomIdGenerator()
    const traceIds = Array.from({ length: 5000 }, () => ids.generateTraceId())
    const spanIds = Array.from({ length: 5000 }, () => ids.generateSpanId())
    expect(traceIds.filter((id) => !isValidTraceId(id))).toEqual([])
    expect(spanIds.filter((id) => !isValidSpanId(id))).toEqual([])
    expect(new Set(traceIds).size).toBe(5000)
    expect(new Set(spanIds).size).toBe(5000)
  })

  it('spends every byte of its source once, in order', () => {
    const fill = seededBytes(1)
    const source: string[] = []
    const ids = new RandomIdGenerator((bytes) => {
      fill(bytes)
      source.push(Buffer.from(bytes).toString('hex'))
    })
    const made: string[] = []
    while (source.length < 4) made.push(ids.generateTraceId(), ids.generateSpanId())
    // 24 bytes for two ids do not fill 8,192: what is left of a pool is too short for the next id.
    for (const pool of source.slice(0, 3)) {
      let used = ''
      while (pool.length - used.length >= (made[0]?.length ?? 0)) used += made.shift()
      expect(pool.startsWith(used)).toBe(true)
      expect(pool.length - used.length).toBeLessThan(32)
    }
  })

  it('makes no id of zeros alone', () => {
    let pools = 0
    const ids = new RandomIdGenerator((bytes) => {
      pools += 1
      bytes.fill(0)
      if (pools > 1) bytes.fill(7, bytes.length - 8)
    })
    expect(ids.generateTraceId()).toBe(`${'0'.repeat(16)}${'07'.repeat(8)}`)
    expect(ids.generateSpanId()).toBe('07'.repeat(8))
  })

  it('makes randomness of 56 bits, of which all may be zeros', () => {
    expect(new RandomIdGenerator((bytes) => bytes.fill(0)).generateRandomness()).toBe('0'.repeat(14))
    expect(new RandomIdGenerator(seededBytes(1)).generateRandomness()).toMatch(/^[\da-f]{14}$/)
  })

  it('has every bit of the last 56 set in half of the ids', () => {
    const ids = new RandomIdGenerator(seededBytes(56))
    const set = new Array<number>(56).fill(0)
    for (let made = 0; made < 10_000; made += 1) {
      const bits = BigInt(`0x${ids.generateTraceId().slice(-14)}`)
      for (let bit = 0; bit < 56; bit += 1) set[bit] = (set[bit] ?? 0) + Number((bits >> BigInt(bit)) & 1n)
    }
    for (const count of set) expect(Math.abs(count - 5000)).toBeLessThan(250)
  })
})
