import { describe, expect, it } from 'vitest'
import { dashboardAddress, readDashboardView, statisticsParams, tracesAddress } from './dashboard-view.ts'

const view = (query: string) => readDashboardView(new URLSearchParams(query))

describe('readDashboardView', () => {
  it('looks at all of the last hour unless told otherwise', () => {
    expect(view('')).toEqual({
      window: { last: '1h' },
      service: null,
      operation: null,
      status: null,
      page: 0,
    })
  })

  it('has no operation without its service', () => {
    expect(view('operation=roll').operation).toBeNull()
  })

  it('knows the statuses that spans have', () => {
    expect(['error', 'ok', 'unset', 'bad'].map((status) => view(`status=${status}`).status)).toEqual([
      'error',
      'ok',
      'unset',
      null,
    ])
  })

  it.each(['page=0', 'page=-1', 'page=x', 'page=1.5', 'page=1'])('takes %s for the first page', (query) => {
    expect(view(query).page).toBe(0)
  })
})

describe('dashboardAddress', () => {
  const deep = view('service=dice&operation=GET+/roll&status=error&last=6h&page=3')

  it('is the address that was read', () => {
    expect(dashboardAddress(deep)).toBe(
      '/dashboard?service=dice&operation=GET+%2Froll&status=error&page=3&last=6h',
    )
    expect(dashboardAddress(view(''))).toBe('/dashboard')
  })

  it('drills down from service to operation, and begins each list at its first page', () => {
    expect(dashboardAddress(view('page=2'), { service: 'dice' })).toBe('/dashboard?service=dice')
    expect(dashboardAddress(view('service=dice&page=2'), { operation: 'roll' })).toBe(
      '/dashboard?service=dice&operation=roll',
    )
    expect(dashboardAddress(view('service=dice'), { page: 1 })).toBe('/dashboard?service=dice&page=2')
  })

  it('leaves the operation behind when the service changes', () => {
    expect(dashboardAddress(deep, { service: 'gateway' })).toBe(
      '/dashboard?service=gateway&status=error&last=6h',
    )
    expect(dashboardAddress(deep, { service: 'gateway', operation: 'x' })).toContain('operation=x')
    expect(dashboardAddress(deep, { service: null })).toBe('/dashboard?status=error&last=6h')
  })
})

describe('statisticsParams', () => {
  const now = Date.UTC(2026, 10, 22, 20, 0, 59, 999)

  it('asks for whole minutes, so that the question is the same for one', () => {
    expect(statisticsParams(view('service=dice'), now).toString()).toBe(
      'from=1795374000000000000&service=dice',
    )
    expect(statisticsParams(view(''), now).toString()).toBe(
      statisticsParams(view(''), now - 59_000).toString(),
    )
    expect(statisticsParams(view(''), now).toString()).not.toBe(
      statisticsParams(view(''), now + 1).toString(),
    )
  })
})

describe('tracesAddress', () => {
  it('searches for what the view shows', () => {
    expect(tracesAddress(view('service=dice&operation=GET+/roll&status=error'))).toBe(
      `/traces?q=${encodeURIComponent('service=dice').replace('%20', '+')}+operation%3D%22GET+%2Froll%22+status%3Derror&last=1h`,
    )
  })
})
