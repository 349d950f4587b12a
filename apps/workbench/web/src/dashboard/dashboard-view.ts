import type { SpanFilter, StatusCode } from '../../../src/api/contract.ts'
import { formatFilterText } from '../app/filter-text.ts'
import { addressOf } from '../app/route.ts'
import { readTimeWindow, type TimeWindow, windowBounds, windowQuery } from '../app/time-window.ts'

/** What the dashboard looks at, as its URL says. From service to operation to traces each level needs the one before. */
export type DashboardView = {
  readonly window: TimeWindow
  readonly service: string | null
  readonly operation: string | null
  readonly status: StatusCode | null
  /** Of the list, from 0. */
  readonly page: number
}

/** The last hour, unless the URL says otherwise. */
const usualWindow: TimeWindow = { last: '1h' }

export function readDashboardView(query: URLSearchParams): DashboardView {
  const service = query.get('service')
  const page = Number(query.get('page') ?? 1)
  return {
    window: readTimeWindow(query) ?? usualWindow,
    service,
    operation: service === null ? null : query.get('operation'),
    status: readStatus(query.get('status')),
    page: Number.isSafeInteger(page) && page > 0 ? page - 1 : 0,
  }
}

export const readStatus = (text: string | null): StatusCode | null =>
  text === 'error' || text === 'ok' || text === 'unset' ? text : null

/** The view's address, changed. What lies below a changed level goes, and another list begins at its first page. */
export function dashboardAddress(view: DashboardView, change: Partial<DashboardView> = {}): string {
  const next = { ...view, ...change }
  const sameList = !['service', 'operation', 'status', 'window'].some((level) => level in change)
  const operation = 'service' in change && !('operation' in change) ? null : next.operation
  const page = 'page' in change || sameList ? next.page : 0
  return addressOf('/dashboard', {
    service: next.service,
    operation: next.service === null ? null : operation,
    status: next.status,
    page: page > 0 ? String(page + 1) : null,
    ...windowQuery('last' in next.window && next.window.last === '1h' ? null : next.window),
  })
}

const minuteMillis = 60_000

/**
 * Parameters of the API's statistics for a view. Statistics are kept by whole minutes; ending a window that ends now at one keeps the
 * address of an answer the same for a minute.
 */
export function statisticsParams(view: DashboardView, nowMillis: number): URLSearchParams {
  const params = new URLSearchParams(
    windowBounds(view.window, Math.floor(nowMillis / minuteMillis) * minuteMillis),
  )
  if (view.service !== null) params.set('service', view.service)
  if (view.operation !== null) params.set('operation', view.operation)
  if (view.status !== null) params.set('status', view.status)
  return params
}

/** The traces screen with the filter that the view stands for. */
export function tracesAddress(view: DashboardView): string {
  const filter: SpanFilter = {
    ...(view.service !== null && { service: view.service }),
    ...(view.operation !== null && { operation: view.operation }),
    ...(view.status !== null && { status: view.status }),
  }
  return addressOf('/traces', { q: formatFilterText(filter), ...windowQuery(view.window) })
}
