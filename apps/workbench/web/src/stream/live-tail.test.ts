import { describe, expect, it } from 'vitest'
import type { Row } from '../../../src/api/contract.ts'
import {
  emptyTail,
  hold,
  type LiveTail,
  release,
  withArrivals,
  withGap,
  withNewer,
  withOlder,
} from './live-tail.ts'

const row = (number: number): Row => ({
  _rowId: String(number).padStart(12, '0'),
  _time: '2026-11-22T20:00:00.000000000Z',
  _sysTime: '2026-11-22T20:00:00.000000000Z',
  trace_id: 'a'.repeat(32),
  span_id: 'b'.repeat(16),
  parent_span_id: null,
  name: `span ${number}`,
  kind: 'internal',
  duration: '1ms',
  error: false,
  'status.code': null,
  'status.message': null,
  'service.name': 'gateway',
})
const rows = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => row(from + index))
const numbers = (lines: LiveTail['shown']) =>
  lines.map((line) => (line.kind === 'row' ? Number(line.id) : `gap of ${line.missed}`))
const bounds = { lines: 5, characters: 1_000 }

describe('withArrivals', () => {
  it('shows the newest first', () => {
    const tail = withArrivals(withArrivals(emptyTail, rows(1, 2), 20, bounds), rows(3, 4), 20, bounds)
    expect(numbers(tail.shown)).toEqual([4, 3, 2, 1])
    expect(tail).toMatchObject({ arrived: 4, cut: false })
  })

  it('leaves out what a resumed connection repeats', () => {
    const tail = withArrivals(withArrivals(emptyTail, rows(1, 3), 30, bounds), rows(2, 4), 30, bounds)
    expect(numbers(tail.shown)).toEqual([4, 3, 2, 1])
    expect(tail.arrived).toBe(4)
  })

  it('lets the oldest go beyond the bound of lines, and says so', () => {
    const tail = withArrivals(emptyTail, rows(1, 8), 80, bounds)
    expect(numbers(tail.shown)).toEqual([8, 7, 6, 5, 4])
    expect(tail).toMatchObject({ arrived: 8, cut: true })
  })

  it('lets the oldest go beyond the bound of characters', () => {
    const tail = withArrivals(withArrivals(emptyTail, rows(1, 2), 600, bounds), rows(3, 4), 800, bounds)
    expect(numbers(tail.shown)).toEqual([4, 3])
    expect(numbers(withArrivals(emptyTail, rows(1, 1), 5_000, bounds).shown)).toEqual([1])
  })

  it('keeps arrivals aside while held, within the same bounds, and counts them all', () => {
    const tail = withArrivals(hold(withArrivals(emptyTail, rows(1, 2), 20, bounds)), rows(3, 10), 80, bounds)
    expect(numbers(tail.shown)).toEqual([2, 1])
    expect(numbers(tail.waiting)).toEqual([10, 9, 8, 7, 6])
    expect(tail.waitingCount).toBe(8)
  })
})

describe('release', () => {
  it('puts what waited on top', () => {
    const held = withArrivals(hold(withArrivals(emptyTail, rows(1, 2), 20, bounds)), rows(3, 4), 20, bounds)
    const tail = release(held, bounds)
    expect(numbers(tail.shown)).toEqual([4, 3, 2, 1])
    expect(tail).toMatchObject({ waiting: [], waitingCount: 0, held: false })
  })

  it('shows nothing older than a wait that was longer than the bound', () => {
    const held = withArrivals(hold(withArrivals(emptyTail, rows(1, 2), 20, bounds)), rows(3, 10), 80, bounds)
    expect(numbers(release(held, bounds).shown)).toEqual([10, 9, 8, 7, 6])
    expect(release(held, bounds).cut).toBe(true)
  })
})

describe('withGap', () => {
  it('stands between what was there and what comes next', () => {
    const tail = withArrivals(
      withGap(withArrivals(emptyTail, rows(1, 1), 10, bounds), 7, bounds),
      rows(9, 9),
      10,
      bounds,
    )
    expect(numbers(tail.shown)).toEqual([9, 'gap of 7', 1])
  })

  it('adds up while nothing comes between, and stays unknown once it was', () => {
    const one = withGap(withArrivals(emptyTail, rows(1, 1), 10, bounds), 7, bounds)
    expect(numbers(withGap(one, 3, bounds).shown)).toEqual(['gap of 10', 1])
    expect(numbers(withGap(withGap(one, null, bounds), 3, bounds).shown)).toEqual(['gap of null', 1])
    const held = withGap(withArrivals(hold(one), rows(9, 9), 10, bounds), 1, bounds)
    expect(numbers(withGap(held, 1, bounds).waiting)).toEqual(['gap of 2', 9])
  })

  it('says nothing of a tail that was empty', () => {
    expect(withGap(emptyTail, 7, bounds)).toEqual(emptyTail)
  })
})

describe('withNewer', () => {
  it('puts what came beside the first page on top of it, without what both have', () => {
    const page = withOlder(emptyTail, rows(1, 3).reverse(), 30, bounds)
    const beside = withArrivals(emptyTail, rows(3, 5), 30, bounds)
    expect(numbers(withNewer(page, beside, bounds).shown)).toEqual([5, 4, 3, 2, 1])
    expect(numbers(withNewer(page, withArrivals(beside, rows(6, 7), 20, bounds), bounds).shown)).toEqual([
      7, 6, 5, 4, 3,
    ])
  })
})

describe('withOlder', () => {
  it('puts a page below, without what is there or waits', () => {
    const held = withArrivals(hold(withArrivals(emptyTail, rows(3, 4), 20, bounds)), rows(5, 5), 10, bounds)
    const tail = withOlder(held, rows(1, 5).reverse(), 50, bounds)
    expect(numbers(tail.shown)).toEqual([4, 3, 2, 1])
    expect(numbers(tail.waiting)).toEqual([5])
  })

  it('keeps to the bound', () => {
    const tail = withOlder(withArrivals(emptyTail, rows(7, 9), 30, bounds), rows(1, 6).reverse(), 60, bounds)
    expect(numbers(tail.shown)).toEqual([9, 8, 7, 6, 5])
    expect(tail.cut).toBe(true)
  })
})
