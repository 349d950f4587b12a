import { describe, expect, it } from 'vitest'
import { readZoom, zoomBy, zoomText } from './time-zoom.ts'

describe('readZoom', () => {
  it('shows the whole trace unless a part of it is asked for', () => {
    expect(readZoom(null, 500)).toEqual({ from: 0, to: 500 })
    expect(readZoom('soon-later', 500)).toEqual({ from: 0, to: 500 })
    expect(readZoom('100-300', 500)).toEqual({ from: 100, to: 300 })
  })

  it('stays within the trace', () => {
    expect(readZoom('400-900', 500)).toEqual({ from: 0, to: 500 })
    expect(readZoom('450-600', 500)).toEqual({ from: 350, to: 500 })
  })
})

describe('zoomBy', () => {
  it('keeps the time it zooms around where it is', () => {
    expect(zoomBy({ from: 0, to: 1000 }, 0.5, 250, 1000)).toEqual({ from: 125, to: 625 })
    expect(zoomBy({ from: 125, to: 625 }, 2, 250, 1000)).toEqual({ from: 0, to: 1000 })
  })

  it('is not written down where it shows everything', () => {
    expect(zoomText({ from: 0, to: 1000 }, 1000)).toBeNull()
    expect(zoomText({ from: 0.4, to: 10 }, 1000)).toBe('0-10')
  })
})
