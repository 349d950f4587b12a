import { describe, expect, it } from 'vitest'
import { addressOf, readRoute } from './route.ts'

describe('readRoute', () => {
  it.each([
    ['/', { screen: 'stream' }],
    ['/traces', { screen: 'traces' }],
    ['/traces/AB12', { screen: 'trace', traceId: 'ab12' }],
    ['/linked/ab12', { screen: 'linked', traceId: 'ab12' }],
    ['/dashboard', { screen: 'dashboard' }],
    ['/linked', { screen: 'unknown' }],
    ['/traces/ab/cd', { screen: 'unknown' }],
    ['/nothing', { screen: 'unknown' }],
  ])('reads %s', (path, route) => {
    expect(readRoute(path)).toEqual(route)
  })
})

describe('addressOf', () => {
  it('changes what is named, removes what is null or empty, and keeps the rest', () => {
    const from = new URLSearchParams('span=a&q=slow&tab=links')
    expect(addressOf('/traces/ab', { span: 'b', q: null, tab: '' }, from)).toBe('/traces/ab?span=b')
    expect(addressOf('/traces/ab')).toBe('/traces/ab')
  })
})
