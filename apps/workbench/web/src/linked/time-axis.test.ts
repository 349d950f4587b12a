import { describe, expect, it } from 'vitest'
import { axisTicks, timeAxis } from './time-axis.ts'

const hour = 3_600e9

describe('timeAxis', () => {
  it('shows what happens close together on one scale', () => {
    const axis = timeAxis([
      { start: 0, end: 60 },
      { start: 70, end: 100 },
    ])
    expect(axis.pieces).toHaveLength(1)
    expect([0, 25, 50, 100].map(axis.at)).toEqual([0, 0.25, 0.5, 1])
  })

  it('cuts a pause of hours, so that what is before and after it is seen', () => {
    const axis = timeAxis([
      { start: 0, end: 20e6 },
      { start: hour, end: hour + 20e6 },
    ])
    expect(axis.pieces.map(({ cut }) => cut)).toEqual([false, true, false])
    expect(axis.at(20e6)).toBeGreaterThan(0.4)
    expect(axis.at(hour)).toBeLessThan(0.6)
    expect(axis.at(hour + 20e6)).toBeCloseTo(1)
  })

  it('shows pauses as long as they were when asked to', () => {
    const axis = timeAxis(
      [
        { start: 0, end: 20e6 },
        { start: hour, end: hour + 20e6 },
      ],
      { cutPauses: false },
    )
    expect(axis.at(20e6)).toBeLessThan(0.001)
  })

  it('never turns back, and keeps moments apart that had no length', () => {
    const moments = [0, 1, 5, 2 * hour, 3 * hour].map((time) => ({ start: time, end: time }))
    const axis = timeAxis(moments)
    const places = moments.map(({ start }) => axis.at(start))
    expect(places).toEqual([...places].sort((a, b) => a - b))
    expect(Math.max(...places)).toBeLessThanOrEqual(1 + 1e-9)
    expect(axis.at(3 * hour) - axis.at(2 * hour)).toBeGreaterThan(0.05)
  })

  it('has a place for nothing, and for what lies outside', () => {
    expect(timeAxis([]).at(5)).toBe(0)
    const axis = timeAxis([{ start: 10, end: 20 }])
    expect([axis.at(0), axis.at(99)]).toEqual([0, 1])
  })
})

describe('axisTicks', () => {
  it('labels no cut, and counts from the first time after it', () => {
    const axis = timeAxis([
      { start: 0, end: 20e6 },
      { start: hour, end: hour + 20e6 },
    ])
    const ticks = axisTicks(axis, 8)
    expect(new Set(ticks.map(({ since }) => since))).toEqual(new Set([0, hour]))
    const cut = axis.pieces[1]
    for (const { at } of ticks) expect(at > (cut?.from ?? 0) && at < (cut?.to ?? 0)).toBe(false)
  })
})
