import { type Connection, connectionsOf } from './connections.ts'
import { isSampled, type LinkRecord, type SpanRecord } from './span-record.ts'
import type { SpanSource } from './span-source.ts'
import { toSpanRecords } from './to-span-records.ts'
import { type TraceNode, traceForest } from './trace-forest.ts'

export interface RenderOptions {
  /** Shows trace and span ids; `false` unless given, so that the text is the same in every run. */
  readonly ids?: boolean
  /** Shows how long each span took; `false` unless given. */
  readonly durations?: boolean
}

/**
 * Traces as text: a tree for each, and below each span what joins it to others, from both ends, in words of
 * cause and effect.
 *
 *     trace 1
 *     gateway: GET /roll_with_link [server]
 *     └─ gateway: GET [client]
 *           → leads to dice: GET /roll_with_link [server] in trace 2 (callee here, caller there)
 *
 * The brackets say what links of this span state (`here`) and what links of the other one state (`there`).
 * Traces are numbered, and siblings ordered, by start time.
 */
export function renderTraces(source: SpanSource, options: RenderOptions = {}): string {
  const spans = toSpanRecords(source)
  const traces = traceForest(spans)
  const numbers = new Map(traces.map(({ traceId }, index) => [traceId, index + 1]))
  const connections = connectionsOf(spans)

  const lines = ({ span, children }: TraceNode, stem: string, rest: string): string[] => {
    const bar = children.length > 0 ? '│' : ' '
    return [
      stem + describeSpan(span) + details(span, options),
      ...(connections.get(span) ?? []).map(
        (connection) => `${rest}${bar}  ${describeConnection(connection, numbers, options)}`,
      ),
      ...children.flatMap((child, index) => {
        const isLast = index === children.length - 1
        return lines(child, `${rest}${isLast ? '└─ ' : '├─ '}`, `${rest}${isLast ? '   ' : '│  '}`)
      }),
    ]
  }

  const elsewhere = ({ span: { parentSpanId } }: TraceNode) =>
    parentSpanId === undefined ? '' : `(child of ${options.ids ? parentSpanId : 'a span elsewhere'}) `
  return traces
    .map(({ traceId, tops }, index) => {
      const title = `trace ${index + 1}${options.ids ? ` · ${traceId}` : ''}`
      return [title, ...tops.flatMap((top) => lines(top, elsewhere(top), ''))].join('\n')
    })
    .join('\n\n')
}

function describeSpan({ serviceName, name, kind }: SpanRecord): string {
  return `${printable(serviceName)}: ${printable(name)}${kind === 'internal' ? '' : ` [${kind}]`}`
}

function details(span: SpanRecord, { ids, durations }: RenderOptions): string {
  const { spanId, status, startTimeUnixNano, endTimeUnixNano } = span
  const milliseconds = (Number(endTimeUnixNano - startTimeUnixNano) / 1e6).toFixed(1)
  return [
    status.code === 'error' ? ` ✗ ${printable(status.message || 'error')}` : '',
    durations ? ` ${milliseconds} ms` : '',
    ids ? ` #${spanId}` : '',
  ].join('')
}

function describeConnection(
  { direction, here, there, other }: Connection,
  numbers: ReadonlyMap<string, number>,
  { ids }: RenderOptions,
): string {
  const arrow = direction === 'caused by' ? '←' : '→'
  const stated = [
    ...here.map((relation) => `${relation} here`),
    ...there.map((relation) => `${relation} there`),
  ]
  const end =
    'name' in other
      ? `${describeSpan(other)} in trace ${numbers.get(other.traceId)}`
      : describeTarget(other, ids)
  return `${arrow} ${direction} ${end} (${stated.map(printable).join(', ')})`
}

function describeTarget(link: LinkRecord, ids = false): string {
  const target = ids ? `span ${link.spanId} of trace ${link.traceId}` : 'a span'
  return `${target} that was not ${isSampled(link) ? 'recorded' : 'sampled'}`
}

/**
 * Names may come from other processes: what would disturb a terminal or break the lines of the tree is shown
 * as �.
 */
function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, '�')
}
