import { describe, expect, it } from 'vitest'
import { dotsPath, plotScatter, pointAt, type ScatterTrace } from './duration-scatter.ts'

const trace = (traceId: string, startMillis: number, durationNanos: number, error = false): ScatterTrace => ({
  traceId,
  startMillis,
  durationNanos,
  error,
})
const size = { width: 212, height: 112 }

describe('plotScatter', () => {
  it('places the earliest left, the latest right, the longest on top', () => {
    const { points } = plotScatter(
      [trace('a', 1_000, 1e6), trace('b', 3_000, 1e8, true), trace('c', 2_000, 1e7)],
      size,
    )
    expect(points).toEqual([
      { traceId: 'a', x: 6, y: 106, error: false },
      { traceId: 'b', x: 206, y: 6, error: true },
      { traceId: 'c', x: 106, y: 56, error: false },
    ])
  })

  it('keeps to the time it is told to show', () => {
    const { points } = plotScatter([trace('a', 1_500, 1e6)], { ...size, from: 1_000, to: 2_000 })
    expect(points[0]?.x).toBe(106)
  })

  it('puts a single trace, and equal ones, in the middle', () => {
    const { points } = plotScatter([trace('a', 1_000, 1e6), trace('b', 1_000, 1e6)], size)
    expect(points.map(({ x, y }) => [x, y])).toEqual([
      [106, 56],
      [106, 56],
    ])
  })

  it('has a place for durations of nothing and less', () => {
    const { points } = plotScatter(
      [trace('a', 1_000, 0), trace('b', 1_000, -5), trace('c', 1_000, 1e9)],
      size,
    )
    expect(points.map(({ y }) => y)).toEqual([106, 106, 6])
  })

  it('labels decades, and their halves and fifths where there are few', () => {
    const few = plotScatter([trace('a', 0, 1e6), trace('b', 1, 1e7)], size)
    expect(few.durationTicks.map(({ value }) => value)).toEqual([1e6, 2e6, 5e6, 1e7])
    const many = plotScatter([trace('a', 0, 1e4), trace('b', 1, 1e10)], size)
    expect(many.durationTicks.map(({ value }) => value)).toEqual([1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10])
  })

  it('tells what a place in the plot means', () => {
    const plot = plotScatter([trace('a', 1_000, 1e6), trace('b', 3_000, 1e8)], size)
    expect(plot.timeAt(106)).toBeCloseTo(2_000)
    expect(plot.durationAt(56)).toBeCloseTo(1e7)
  })

  it('draws nothing without traces', () => {
    expect(plotScatter([], size)).toMatchObject({ points: [], timeTicks: [], durationTicks: [] })
  })
})

describe('pointAt', () => {
  const { points } = plotScatter([trace('a', 1_000, 1e6), trace('b', 3_000, 1e8)], size)

  it('finds the nearest within reach', () => {
    expect(pointAt(points, 10, 103, 8)?.traceId).toBe('a')
    expect(pointAt(points, 106, 56, 8)).toBeUndefined()
  })

  it('finds the one on top where two lie alike', () => {
    expect(pointAt([...points, { traceId: 'c', x: 6, y: 106, error: false }], 6, 106, 8)?.traceId).toBe('c')
  })
})

describe('dotsPath', () => {
  it('draws all points as one path', () => {
    expect(
      dotsPath([
        { traceId: 'a', x: 1.04, y: 2, error: false },
        { traceId: 'b', x: 3, y: 4, error: false },
      ]),
    ).toBe('M1 2h0M3 4h0')
  })
})
