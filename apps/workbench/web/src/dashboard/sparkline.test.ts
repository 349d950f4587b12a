import { describe, expect, it } from 'vitest'
import { sparkline } from './sparkline.ts'

describe('sparkline', () => {
  it('reaches from the bottom for 0 to the top for the maximum', () => {
    expect(sparkline([0, 5, 10], 100, 20)).toEqual({
      line: 'M0 20L50 10L100 0',
      area: 'M0 20L0 20L50 10L100 0L100 20Z',
      dots: '',
    })
  })

  it('leaves gaps where nothing is known, and shows a value between two gaps as a dot', () => {
    expect(sparkline([1, 1, null, 1, null], 100, 20)).toEqual({
      line: 'M0 0L25 0',
      dots: 'M75 0h0',
      area: 'M0 20L0 0L25 0L25 20Z',
    })
  })

  it('is flat at the bottom when all is 0, and empty without values', () => {
    expect(sparkline([0, 0], 100, 20).line).toBe('M0 20L100 20')
    expect(sparkline([], 100, 20)).toEqual({ line: '', area: '', dots: '' })
  })
})
