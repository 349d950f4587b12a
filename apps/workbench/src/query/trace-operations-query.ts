import type { TraceOperations } from '../api/contract.ts'
import { serviceNameOf } from '../model/stored-span.ts'
import type { OperationStats, StatsFilter, TelemetryReader } from '../store/telemetry-store.ts'
import { operationJson } from './statistics-query.ts'
import { mostSpansOfTrace } from './trace-query.ts'

const minuteNanos = 60_000_000_000n
/** Minutes before its own in which a span is compared with others. */
const minutesBefore = 60
/** Operations told of one trace. */
const mostOperations = 1_000
/** Services asked about one by one; of more, one question for all is cheaper. */
const mostServices = 8

/** The minutes whose spans those that started from `first` to `last` (nanoseconds since 1970) are compared with. */
export const comparedMinutes = (
  first: bigint,
  last: bigint,
): Pick<StatsFilter, 'fromMinute' | 'toMinute'> => ({
  fromMinute: Math.max(0, Number(first / minuteNanos) - minutesBefore),
  toMinute: Number(last / minuteNanos) + 1,
})

/** How the operations of a trace usually are, the busiest first; `undefined` when no span of it is stored. */
export async function queryTraceOperations(
  store: TelemetryReader,
  traceId: string,
): Promise<TraceOperations | undefined> {
  const found = await store.trace(traceId, mostSpansOfTrace)
  if (!found) return undefined
  const wanted = new Set<string>()
  const services = new Set<string>()
  for (const { span, resource } of found.spans) {
    const serviceName = serviceNameOf(resource)
    services.add(serviceName)
    wanted.add(keyOf({ serviceName, name: span.name, kind: span.kind }))
  }
  // In order of their start, see TelemetryReader.
  const first = found.spans[0]?.span.startTimeUnixNano ?? 0n
  const last = found.spans.at(-1)?.span.startTimeUnixNano ?? first
  const minutes = comparedMinutes(first, last)
  const questions = services.size > mostServices ? [{}] : [...services].map((service) => ({ service }))
  const operations = await Promise.all(
    questions.map((question) => store.operations({ ...question, ...minutes })),
  )
  return operations
    .flat()
    .filter((operation) => wanted.has(keyOf(operation)))
    .sort((a, b) => b.stats.spanCount - a.stats.spanCount)
    .slice(0, mostOperations)
    .map(operationJson)
}

const keyOf = ({ serviceName, name, kind }: Omit<OperationStats, 'stats'>): string =>
  JSON.stringify([serviceName, name, kind])
