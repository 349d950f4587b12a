import { isSpanId, isTraceId } from '@linked-traces/otlp-receiver'
import { type SpanKind, type StatusCode, spanKindNumber } from '../model/stored-span.ts'
import { attributeConditions, valuesOfText } from '../query/attribute-condition.ts'
import { hoistedAttributes } from '../query/axiom-row.ts'
import type { AttributeCondition, SpanFilter } from '../store/telemetry-store.ts'
import { invalid, type QueryParameters } from './query-parameters.ts'

const kinds: readonly SpanKind[] = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer']
const statusCodes: readonly StatusCode[] = ['unset', 'ok', 'error']

/** Reads the parameters that the contract's `SpanFilter` names. */
export function readSpanFilter(parameters: QueryParameters): SpanFilter {
  const { attributes, resourceAttributes } = readAttributes(parameters)
  const minDuration = parameters.duration('minDuration')
  const maxDuration = parameters.duration('maxDuration')
  if (minDuration !== undefined && maxDuration !== undefined && minDuration > maxDuration)
    throw invalid('minDuration', 'no more than maxDuration', 'more')
  const kind = parameters.oneOf('kind', kinds)
  const times = readTimes(parameters)
  return present<SpanFilter>({
    service: parameters.text('service'),
    operation: parameters.text('operation'),
    kind: kind && spanKindNumber(kind),
    status: readStatus(parameters),
    minDuration,
    maxDuration,
    from: times.from,
    to: times.to,
    traceId: parameters.parsed('traceId', '32 hex digits, not all zero', (text) => traceIdOf(text)),
    isRoot: parameters.boolean('isRoot'),
    hasLink: parameters.boolean('hasLink'),
    attributes,
    resourceAttributes,
    linkAttributes: parameters
      .pairs('linkAttribute')
      .map(([key, value]) => ({ keys: [key], values: valuesOfText(value) })),
    linkedFrom: parameters.parsed('linkedFrom', 'a trace id, or traceId/spanId', linkedFromOf),
    text: parameters.text('text'),
  })
}

/** OTLP's number of the status asked for. */
export function readStatus(parameters: QueryParameters): number | undefined {
  const status = parameters.oneOf('status', statusCodes)
  return status && statusCodes.indexOf(status)
}

/** `from`, inclusive, and `to`, exclusive. */
export function readTimes(parameters: QueryParameters): { from: bigint | undefined; to: bigint | undefined } {
  const from = parameters.time('from')
  const to = parameters.time('to')
  if (from !== undefined && to !== undefined && from >= to)
    throw invalid('from', 'a time before to', 'a later one')
  return { from, to }
}

function readAttributes(parameters: QueryParameters) {
  const attributes: AttributeCondition[] = []
  const resourceAttributes: AttributeCondition[] = []
  for (const [field, value] of parameters.pairs('attribute')) {
    const resourceKey = hoistedAttributes.has(field) ? field : withoutPrefix(field, 'resource')
    if (resourceKey !== undefined)
      resourceAttributes.push({ keys: [resourceKey], values: valuesOfText(value) })
    else attributes.push(...attributeConditions(withoutPrefix(field, 'attributes') ?? field, value))
  }
  return { attributes, resourceAttributes }
}

/** The attribute that a row's field shows; of a map's, also as Axiom writes it: `attributes.custom[app.user]`, with or without quotes. */
function withoutPrefix(field: string, prefix: string): string | undefined {
  const inBrackets = /^(\w+)\.custom\[(["']?)(.+)\2\]$/.exec(field)
  if (inBrackets?.[1] === prefix) return inBrackets[3]
  for (const start of [`${prefix}.custom.`, `${prefix}.`])
    if (field.startsWith(start) && field.length > start.length) return field.slice(start.length)
  return undefined
}

function traceIdOf(text: string): string | undefined {
  const id = text.toLowerCase()
  return isTraceId(id) ? id : undefined
}

function linkedFromOf(text: string): { traceId: string; spanId?: string } | undefined {
  const [first = '', spanId, ...rest] = text.toLowerCase().split('/')
  const traceId = traceIdOf(first)
  if (traceId === undefined || rest.length > 0) return undefined
  if (spanId === undefined) return { traceId }
  return isSpanId(spanId) ? { traceId, spanId } : undefined
}

/** Without what is `undefined` or an empty list. */
function present<T extends object>(fields: { readonly [K in keyof T]-?: T[K] | undefined }): T {
  const isPresent = (value: unknown): boolean =>
    value !== undefined && !(Array.isArray(value) && value.length === 0)
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => isPresent(value))) as T
}
