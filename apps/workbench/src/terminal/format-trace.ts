import type { IncomingLink, Link, Span, Trace } from '../api/contract.ts'
import { traceTree, type TreeRow } from '../model/trace-tree.ts'

/** Spans drawn of one trace; the rest is counted. */
const mostRows = 100
/** Links drawn at one span, each way; the rest is counted. */
const mostLinks = 8

/** What one line is called. */
type TreeLine = { readonly left: string; readonly nanos: string | undefined }

/**
 * A trace as text: one line for each span with service, name, kind and duration, and below it its links: `→` what it links to,
 * `←` who links to it.
 *
 * `address` is where the trace can be seen in a browser.
 */
export function formatTrace(trace: Trace, address: string): string {
  const rows = traceTree(trace.spans)
  const lines: TreeLine[] = rows.slice(0, mostRows).flatMap((row, index) => {
    const { span, depth, hasNext, orphan } = row
    const stem = depth === 0 ? '' : `${rails(row.parent)}${hasNext ? '├─ ' : '└─ '}`
    const under = `${rails(row)}${(rows[index + 1]?.depth ?? 0) > depth ? '│  ' : '   '}`
    const missing = orphan ? ` (parent ${span.parentSpanId} is not here)` : ''
    return [
      { left: `${stem}${describeSpan(span)}${missing}`, nanos: span.durationNano },
      ...linkLines(span, under),
    ]
  })
  const hidden = trace.spanCount - Math.min(rows.length, mostRows)
  if (hidden > 0) lines.push({ left: `… and ${count(hidden, 'more span')}`, nanos: undefined })
  const width = Math.max(...lines.filter(({ nanos }) => nanos !== undefined).map(({ left }) => left.length))
  const errors = trace.errorCount > 0 ? `, ${count(trace.errorCount, 'error')}` : ''
  return [
    `trace ${trace.traceId}  ${count(trace.spanCount, 'span')}${errors}  ${formatDuration(BigInt(trace.durationNano))}`,
    ...lines.map(({ left, nanos }) =>
      nanos === undefined ? `  ${left}` : `  ${left.padEnd(width)}  ${formatDuration(BigInt(nanos))}`,
    ),
    `  ${address}`,
    '',
  ].join('\n')
}

/** A duration as people say it: three digits and a unit. */
export function formatDuration(nanos: bigint): string {
  const sign = nanos < 0n ? '-' : ''
  const size = Number(nanos < 0n ? -nanos : nanos)
  if (size < 1e3) return `${sign}${size} ns`
  if (size < 999.5e3) return `${sign}${digits(size / 1e3)} µs`
  if (size < 999.5e6) return `${sign}${digits(size / 1e6)} ms`
  return `${sign}${digits(size / 1e9)} s`
}

const digits = (value: number): string =>
  value >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(3)))

/** The vertical lines that run past everything below `row`. */
const rails = (row: TreeRow<Span> | undefined): string =>
  row === undefined || row.depth === 0 ? '' : `${rails(row.parent)}${row.hasNext ? '│  ' : '   '}`

function describeSpan(span: Span): string {
  const kind = span.kind === 'internal' || span.kind === 'unspecified' ? '' : ` [${span.kind}]`
  const failure = span.status.code === 'error' ? ` ✗ ${printable(span.status.message || 'error')}` : ''
  return `${printable(span.serviceName)}: ${printable(span.name)}${kind}${failure}`
}

function linkLines(span: Span, under: string): TreeLine[] {
  const line = (text: string): TreeLine => ({ left: `${under}${text}`, nanos: undefined })
  const lines = [
    ...span.links.slice(0, mostLinks).map((link) => line(`→ ${describeLink(link)}`)),
    ...(span.links.length > mostLinks ? [line(`→ … and ${span.links.length - mostLinks} more`)] : []),
    ...span.linkedFrom.slice(0, mostLinks).map((link) => line(`← ${describeIncoming(link)}`)),
  ]
  const more = span.linkedFromCount - Math.min(span.linkedFrom.length, mostLinks)
  return more > 0 ? [...lines, line(`← … and ${more} more`)] : lines
}

function describeLink(link: Link): string {
  const relation = link.relation === null ? 'links to' : `${printable(link.relation)}:`
  const { target } = link
  if (target.state === 'self') return `${relation} this very span`
  if (target.state === 'same_trace') return `${relation} ${describeEnd(target)}, in this trace`
  if (target.state === 'resolved') return `${relation} ${describeEnd(target)}, trace ${link.traceId}`
  return `${relation} span ${printable(link.spanId)}, trace ${printable(link.traceId)} (${target.state.replaceAll('_', ' ')})`
}

const describeIncoming = ({ source, relation }: IncomingLink): string =>
  `linked from ${describeEnd(source)}${relation === null ? '' : ` as its ${printable(relation)}`}, trace ${source.traceId}`

const describeEnd = ({ serviceName, name }: { serviceName: string; name: string }): string =>
  `${printable(serviceName)}: ${printable(name)}`

/** Names come from other processes: control characters and bidi overrides must not reach a terminal. */
const printable = (text: string): string =>
  (text.length > 120 ? `${text.slice(0, 119)}…` : text).replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, '�')

const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? '' : 's'}`
