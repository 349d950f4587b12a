import type { LiveRows } from '../api/contract.ts'
import type { StoredSpan } from '../model/stored-span.ts'
import type { SearchCursor, SpanFilter, TelemetryReader } from '../store/telemetry-store.ts'
import { axiomRow } from './axiom-row.ts'
import { writeCursor } from './search-cursor.ts'

/** Rows told at once; of more the newest are told. */
const mostRows = 1_000
/** Spans that are counted before the rest is passed over. */
const mostCounted = 10 * mostRows

/** What came after a moment. */
export type LiveAnswer = LiveRows & {
  /** Rows left out; `null` when they were too many to count. */
  readonly missed: number | null
  /** The moment to ask from next. */
  readonly cursor: string
}

/** Rows that came after `after`; of nothing, but the moment to ask from, where there is no `after`. */
export async function queryLive(
  store: TelemetryReader,
  filter: SpanFilter,
  after: SearchCursor | undefined,
): Promise<LiveAnswer> {
  const latest = await store.latest()
  if (after === undefined) return answer([], 0, latest)
  // Another database than the one the cursor was given for.
  if (after.chunk > latest.chunk) return answer([], null, latest)
  let kept: StoredSpan[] = []
  let missed = 0
  let cursor = after
  while (kept.length + missed < mostCounted) {
    const page = await store.spansSince(cursor, filter, mostRows)
    cursor = page.cursor
    kept.push(...page.spans)
    missed += Math.max(0, kept.length - mostRows)
    kept = kept.slice(-mostRows)
    if (page.spans.length < mostRows) return answer(kept, missed, cursor)
  }
  return answer(kept, null, latest)
}

const answer = (spans: readonly StoredSpan[], missed: number | null, cursor: SearchCursor): LiveAnswer => ({
  rows: spans.map(axiomRow),
  touchedTraceIds: [...new Set(spans.flatMap(touchedBy))],
  missed,
  cursor: writeCursor(cursor),
})

const touchedBy = ({ span }: StoredSpan): string[] => [
  span.traceId,
  ...span.links.filter((link) => link.hasValidIds).map((link) => link.traceId),
]
