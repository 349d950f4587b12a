import { describe, expect, it } from 'vitest'
import { addressOf } from './route.ts'
import { readTimeWindow, type TimeWindow, windowBounds, windowQuery } from './time-window.ts'

describe('readTimeWindow', () => {
  it.each<TimeWindow | null>([
    null,
    { last: '15m' },
    { from: '1763842002418000007', to: null },
    { from: '1763842002418000007', to: '1763842002418000008' },
  ])('reads %j back from the address it was written to', (window) => {
    const address = addressOf('/', windowQuery(window), new URLSearchParams('last=1h&from=1&to=2&q=x'))
    expect(readTimeWindow(new URL(address, 'http://x').searchParams)).toEqual(window)
  })

  it.each(['last=1y', 'from=yesterday', 'from=2&to=1', 'from=1&to=x', 'to=5', 'last=toString'])(
    'takes %s for no window',
    (query) => {
      expect(readTimeWindow(new URLSearchParams(query))).toBeNull()
    },
  )
})

describe('windowBounds', () => {
  it('ends a relative window now', () => {
    expect(windowBounds({ last: '1h' }, 1_763_842_002_418)).toEqual({ from: '1763838402418000000' })
  })

  it('keeps moments as they are', () => {
    expect(windowBounds({ from: '1', to: '2' }, 0)).toEqual({ from: '1', to: '2' })
    expect(windowBounds({ from: '1', to: null }, 0)).toEqual({ from: '1' })
    expect(windowBounds(null, 0)).toEqual({})
  })
})
