import { wholeNumberParameter } from '@linked-traces/service/whole-number-parameter'

/**
 * The most rolls one request asks for: a span that gathers them, or consumes their messages, has room for a link to each
 * (`OTEL_SPAN_LINK_COUNT_LIMIT`, 128 unless set).
 */
export const MAX_COUNT = 128

/**
 * `count` of a query, 3 unless given.
 *
 * @throws {Problem} 400 `invalid_count`.
 */
export function countParameter(query: Readonly<Record<string, unknown>>): number {
  return wholeNumberParameter(query, { name: 'count', min: 1, max: MAX_COUNT, fallback: 3, without: 'for 3' })
}
