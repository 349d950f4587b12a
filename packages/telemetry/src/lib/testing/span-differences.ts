import { inspect, isDeepStrictEqual } from 'node:util'
import { ATTR_LINK_RELATION } from '../links/relation.ts'
import type { Expectation } from './expectation.ts'
import type { ExpectedAttributes, ExpectedEvent, ExpectedLink } from './expected-span.ts'
import { maximumMatching } from './maximum-matching.ts'
import {
  type EventRecord,
  isSampled,
  type LinkRecord,
  type PlainAttributes,
  type SpanRecord,
} from './span-record.ts'

/** The spans that labels stand for; a label that is not in it stands for any span. */
export type Labelled = ReadonlyMap<string, SpanRecord>

/** In what a span is not as expected, a phrase each. What is below it is not looked at. */
export function spanDifferences(expected: Expectation, span: SpanRecord, labelled: Labelled): string[] {
  const { status } = expected
  return [
    ...parentDifferences(expected, span),
    ...difference('name', expected.name, span.name),
    ...difference('kind', expected.kind, span.kind),
    ...difference('service', expected.service, span.serviceName),
    ...difference('scope', expected.scope, span.scope.name),
    ...difference('trace id', expected.traceId, span.traceId),
    ...difference('status', typeof status === 'object' ? status.code : status, span.status.code),
    ...difference(
      'status message',
      typeof status === 'object' ? status.message : undefined,
      span.status.message,
    ),
    ...attributeDifferences(expected.attributes, span.attributes),
    ...eventDifferences(expected.events, span.events),
    ...linkDifferences(expected.links, span.links, labelled),
  ]
}

/** In what links are not the expected ones, as far as one can tell from the labels known. */
export function linkDifferences(
  expected: readonly ExpectedLink[],
  links: readonly LinkRecord[],
  labelled: Labelled,
): string[] {
  const found = maximumMatching(expected, links, (one, link) => linkFits(one, link, labelled))
  const missing = expected.filter((_, index) => found[index] === undefined)
  const others = links.filter((link) => !found.includes(link))
  return [
    ...missing.map((link) => `${describeExpectedLink(link)} is missing`),
    ...others.map((link) => `${describeLink(link)} is not expected`),
  ]
}

function parentDifferences({ isTop, parentSpanId }: Expectation, span: SpanRecord): string[] {
  if (!isTop || parentSpanId !== undefined) return difference('parent', parentSpanId, span.parentSpanId)
  return span.parentSpanId === undefined ? [] : [`parent: expected none, received ${show(span.parentSpanId)}`]
}

function linkFits(
  { to, relation, attributes, traceState, sampled }: ExpectedLink,
  link: LinkRecord,
  labelled: Labelled,
) {
  const target = typeof to === 'string' ? labelled.get(to) : to
  return (
    (target === undefined || (target.traceId === link.traceId && target.spanId === link.spanId)) &&
    (relation === undefined || relation === link.attributes[ATTR_LINK_RELATION]) &&
    (traceState === undefined || traceState === link.traceState) &&
    (sampled === undefined || sampled === isSampled(link)) &&
    attributeDifferences(attributes, link.attributes).length === 0
  )
}

function describeExpectedLink({ to, relation, ...rest }: ExpectedLink): string {
  const target = typeof to === 'string' ? `"${to}"` : `span ${to.spanId} of trace ${to.traceId}`
  return `link${relation === undefined ? '' : ` (${relation})`} to ${target}${showRest(rest)}`
}

function describeLink(link: LinkRecord): string {
  const { [ATTR_LINK_RELATION]: relation, ...attributes } = link.attributes
  return describeExpectedLink({
    to: link,
    ...(typeof relation === 'string' && { relation }),
    attributes,
    traceState: link.traceState,
    sampled: isSampled(link),
  })
}

/** What there is to say of a link beyond its relation and its target. */
function showRest({ attributes, traceState, sampled }: Omit<ExpectedLink, 'to'>): string {
  return [
    attributes === undefined || Object.keys(attributes).length === 0 ? '' : ` with ${show(attributes)}`,
    traceState ? ` with tracestate ${traceState}` : '',
    sampled === undefined ? '' : sampled ? ', sampled,' : ', not sampled,',
  ].join('')
}

function eventDifferences(
  expected: readonly (string | ExpectedEvent)[] | undefined,
  events: readonly EventRecord[],
): string[] {
  if (expected === undefined) return []
  const names = expected.map((event) => (typeof event === 'string' ? event : event.name))
  const received = events.map(({ name }) => name)
  if (!isDeepStrictEqual(names, received)) return difference('events', names, received)
  return expected.flatMap((event, index) =>
    typeof event === 'string'
      ? []
      : attributeDifferences(event.attributes, events[index]?.attributes).map(
          (text) => `event ${event.name}: ${text}`,
        ),
  )
}

function attributeDifferences(expected: ExpectedAttributes = {}, attributes: PlainAttributes = {}): string[] {
  return Object.entries(expected).flatMap(([key, value]) => {
    const received = Object.hasOwn(attributes, key) ? attributes[key] : undefined
    if (value !== undefined) return difference(`attribute ${key}`, value, received)
    return received === undefined ? [] : [`attribute ${key}: expected none, received ${show(received)}`]
  })
}

function difference(what: string, expected: unknown, received: unknown): string[] {
  if (expected === undefined || accepts(expected, received)) return []
  return [`${what}: expected ${show(expected)}, received ${received === undefined ? 'none' : show(received)}`]
}

function accepts(expected: unknown, received: unknown): boolean {
  if (typeof expected === 'function') return Boolean(expected(received))
  if (!(expected instanceof RegExp)) return isDeepStrictEqual(expected, received)
  // `search`, as `test` remembers where a global expression last matched.
  return typeof received === 'string' && received.search(expected) !== -1
}

function show(value: unknown): string {
  return inspect(value, { depth: 4, breakLength: Number.POSITIVE_INFINITY, maxStringLength: 200 })
}
