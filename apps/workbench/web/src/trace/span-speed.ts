import type { DurationStatistics, Span, TraceOperations } from '../../../src/api/contract.ts'
import { formatDuration } from '../app/format-duration.ts'

/** Fewer spans than this do not tell what is usual. */
const fewest = 20
/** What is so close to the median is not worth a word, however alike the others were. */
const factor = 1.5

/** What is said of a span that took unusually long or short, and why, in lines for a tooltip. */
export type Speed = { readonly word: 'SLOW' | 'FAST'; readonly hint: string }

/** `SLOW` or `FAST` against other spans of the operation; `null` for what is usual, and where there are too few to tell. */
export function speedOf(durationNano: string, comparison: DurationStatistics | null): Speed | null {
  if (!comparison || comparison.count < fewest) return null
  const duration = Number(durationNano)
  const { p5Nano, p50Nano, p95Nano } = comparison
  const slow = duration > Number(p95Nano) && duration >= factor * Number(p50Nano)
  const fast = duration < Number(p5Nano) && duration * factor <= Number(p50Nano)
  if (!slow && !fast) return null
  const told = (name: string, nanos: string) => `${name} ${formatDuration(Number(nanos))}`
  return {
    word: slow ? 'SLOW' : 'FAST',
    hint: [
      slow
        ? `Longer than 95 % of its operation’s spans, and at least ${factor} times their median`
        : `Shorter than 95 % of its operation’s spans, and at most 1/${factor} of their median`,
      `${comparison.count.toLocaleString('en')} spans in the hour before:`,
      told('min', comparison.minNano),
      told('p5', p5Nano),
      told('median', p50Nano),
      told('avg', comparison.avgNano),
      told('p95', p95Nano),
      told('max', comparison.maxNano),
    ].join('\n'),
  }
}

/** The speed of every span that has one, by its id. */
export function speedsOf(spans: readonly Span[], operations: TraceOperations): ReadonlyMap<string, Speed> {
  const usual = new Map(
    operations.map((operation) => [
      keyOf(operation.serviceName, operation.operation, operation.kind),
      operation.durations,
    ]),
  )
  const speeds = new Map<string, Speed>()
  for (const { spanId, serviceName, name, kind, durationNano } of spans) {
    const speed = speedOf(durationNano, usual.get(keyOf(serviceName, name, kind)) ?? null)
    if (speed) speeds.set(spanId, speed)
  }
  return speeds
}

const keyOf = (serviceName: string, operation: string, kind: string): string =>
  JSON.stringify([serviceName, operation, kind])
