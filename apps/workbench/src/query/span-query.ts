import type { DurationStatistics, SpanDetail } from '../api/contract.ts'
import { type StoredSpan, serviceNameOf } from '../model/stored-span.ts'
import type { SpanRef, TelemetryReader } from '../store/telemetry-store.ts'
import { typedAttributesJson } from './attribute-json.ts'
import { axiomRow, derivedFields } from './axiom-row.ts'
import { durationStatisticsJson } from './duration-statistics-json.ts'
import { comparedMinutes } from './trace-operations-query.ts'
import { linkedSpans, mostSpansOfTrace, resourceIndex } from './trace-query.ts'

/** One span with everything that was sent, or `undefined` when it is not stored. */
export async function querySpan(store: TelemetryReader, ref: SpanRef): Promise<SpanDetail | undefined> {
  const [stored] = await store.spans([ref])
  if (!stored) return undefined
  const trace = await store.trace(ref.traceId, mostSpansOfTrace)
  const [[json], comparison] = await Promise.all([
    linkedSpans(store, ref.traceId, [stored], resourceIndex(trace?.spans ?? [stored])),
    compared(store, stored),
  ])
  if (!json) return undefined
  const { span, resource, scope } = stored
  return {
    ...json,
    typedAttributes: typedAttributesJson(span.attributes),
    typedLinkAttributes: span.links.map((link) => typedAttributesJson(link.attributes)),
    typedEventAttributes: span.events.map((event) => typedAttributesJson(event.attributes)),
    resourceAttributes: typedAttributesJson(resource.attributes),
    resourceSchemaUrl: stored.resourceSchemaUrl,
    scopeSchemaUrl: stored.scopeSchemaUrl,
    scopeAttributes: typedAttributesJson(scope.attributes),
    row: axiomRow(stored),
    derivedFields: derivedFields(stored),
    comparison,
  }
}

async function compared(
  store: TelemetryReader,
  { span, resource }: StoredSpan,
): Promise<DurationStatistics | null> {
  const operations = await store.operations({
    service: serviceNameOf(resource),
    operation: span.name,
    ...comparedMinutes(span.startTimeUnixNano, span.startTimeUnixNano),
  })
  const same = operations.find(({ kind }) => kind === span.kind)
  return same && same.stats.spanCount > 1 ? durationStatisticsJson(same.stats) : null
}
