import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DurationHistogram } from './duration-histogram.ts'

const nanos = fc.oneof(
  fc.integer({ min: 0, max: 100 }),
  fc.double({ min: 0, max: 1e18, noNaN: true }).map(Math.floor),
)

describe('DurationHistogram', () => {
  it('tells any percentile to within 3.2 %', () => {
    fc.assert(
      fc.property(
        fc.array(nanos, { minLength: 1 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (durations, fraction) => {
          const histogram = new DurationHistogram()
          for (const duration of durations) histogram.add(duration)
          const sorted = durations.toSorted((a, b) => a - b)
          const exact = sorted[Math.max(1, Math.ceil(fraction * sorted.length)) - 1] as number
          const [told] = histogram.quantiles([fraction])
          expect(Math.abs((told as number) - exact)).toBeLessThanOrEqual(exact * 0.032)
        },
      ),
    )
  })

  it('is empty again when everything that was added is taken away, in any order', () => {
    fc.assert(
      fc.property(fc.array(nanos), (durations) => {
        const histogram = new DurationHistogram()
        for (const duration of durations) histogram.add(duration, -1)
        for (const duration of durations.toReversed()) histogram.add(duration)
        expect(histogram.total).toBe(0)
        expect(histogram.encode()).toHaveLength(0)
      }),
    )
  })

  it('is as new when it was cleared', () => {
    fc.assert(
      fc.property(fc.array(nanos), fc.array(nanos), (before, after) => {
        const used = new DurationHistogram()
        for (const duration of before) used.add(duration)
        const encoded = used.encode()
        used.addEncoded(encoded)
        used.clear()
        const fresh = new DurationHistogram()
        for (const duration of after) for (const histogram of [used, fresh]) histogram.add(duration)
        expect(used.total).toBe(fresh.total)
        expect(used.encode()).toEqual(fresh.encode())
        used.clear()
        used.addEncoded(encoded)
        expect(used.encode()).toEqual(encoded)
      }),
    )
  })

  it('gives the same when encoded and added up', () => {
    const [first, second, both] = [new DurationHistogram(), new DurationHistogram(), new DurationHistogram()]
    for (const duration of [5, 1_000, 1_000, 3e9]) {
      first.add(duration)
      both.add(duration)
    }
    second.add(7e5)
    both.add(7e5)
    first.addEncoded(second.encode())
    expect(first.quantiles([0, 0.5, 1])).toEqual(both.quantiles([0, 0.5, 1]))
    expect(first.total).toBe(5)
  })

  it('has no duration to tell when it is empty', () => {
    expect(new DurationHistogram().quantiles([0.5])).toEqual([0])
  })
})
