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
 * `←` who links to it, `⇄` both at once.
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
  const unanswered = [...span.linkedFrom]
  const described = span.links.map((link) => {
    const place = unanswered.findIndex(
      ({ source }) => source.traceId === link.traceId && source.spanId === link.spanId,
    )
    const [back] = place < 0 ? [] : unanswered.splice(place, 1)
    return back === undefined || link.target.state === 'self'
      ? `→ ${describeLink(link)}`
      : `⇄ ${describeBothWays(link, back)}`
  })
  const lines = described.slice(0, mostLinks).map(line)
  if (described.length > mostLinks) lines.push(line(`→ … and ${described.length - mostLinks} more`))
  const incoming = unanswered.slice(0, mostLinks)
  lines.push(...incoming.map((link) => line(`← ${describeIncoming(link)}`)))
  const more = span.linkedFromCount - (span.linkedFrom.length - unanswered.length) - incoming.length
  return more > 0 ? [...lines, line(`← … and ${more} more`)] : lines
}

function describeLink(link: Link): string {
  const relation = link.relation === null ? 'links to' : `${printable(link.relation)}:`
  return `${relation} ${describeTarget(link)}`
}

/** A link and `back`, which leads from its target to its holder. */
function describeBothWays(link: Link, back: IncomingLink): string {
  if (link.relation === 'callee' && back.relation === 'caller')
    return `calls ${describeTarget(link)} (linked both ways)`
  if (link.relation === 'caller' && back.relation === 'callee')
    return `called by ${describeTarget(link)} (linked both ways)`
  const role = back.relation === null ? '' : ` as its ${printable(back.relation)}`
  return `${describeLink(link)} (linked back${role})`
}

function describeTarget({ target, traceId, spanId }: Link): string {
  if (target.state === 'self') return 'this very span'
  if (target.state === 'same_trace') return `${describeEnd(target)}, in this trace`
  if (target.state === 'resolved') return `${describeEnd(target)}, trace ${traceId}`
  return `span ${printable(spanId)}, trace ${printable(traceId)} (${target.state.replaceAll('_', ' ')})`
}

const describeIncoming = ({ source, relation }: IncomingLink): string =>
  `linked from ${describeEnd(source)}${relation === null ? '' : ` as its ${printable(relation)}`}, trace ${source.traceId}`

const describeEnd = ({ serviceName, name }: { serviceName: string; name: string }): string =>
  `${printable(serviceName)}: ${printable(name)}`

/** Names come from other processes: control characters and bidi overrides must not reach a terminal. */
const printable = (text: string): string =>
  (text.length > 120 ? `${text.slice(0, 119)}…` : text).replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, '�')

const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? '' : 's'}`
