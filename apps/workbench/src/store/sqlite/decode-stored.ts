import { decodeTraces, UndecodableError } from '@linked-traces/otlp-receiver'
import type { Resource, Scope, Span } from '../../model/span.ts'
import { Damage } from './database-error.ts'
import { ProtobufWriter } from './protobuf-writer.ts'
import { readId } from './span-encoder.ts'

const fieldResourceSpans = 0x0a
const fieldScopeSpans = 0x12

/** Spans written by `writeSpan`, one behind the other. */
export function decodeSpans(fields: Uint8Array): readonly Span[] {
  const group = decodeGroup(message(fieldScopeSpans, fields))
  return (group.scopeSpans[0]?.spans ?? []).map(withIdsAsSent)
}

/** What `writeResource` wrote. */
export function decodeResource(content: Uint8Array): {
  readonly resource: Resource
  readonly schemaUrl: string
} {
  return decodeGroup(content)
}

/** What `writeScope` wrote. */
export function decodeScope(content: Uint8Array): { readonly scope: Scope; readonly schemaUrl: string } {
  const group = decodeGroup(message(fieldScopeSpans, content)).scopeSpans[0]
  if (!group) throw new Damage('a scope cannot be decoded')
  return group
}

/** All of these were part of an export once, so they are decoded as one. */
function decodeGroup(content: Uint8Array) {
  try {
    const { request } = decodeTraces(message(fieldResourceSpans, content), 'protobuf')
    const [group] = request.resourceSpans
    if (group) return group
  } catch (cause) {
    if (!(cause instanceof UndecodableError)) throw cause
  }
  throw new Damage('a record cannot be decoded')
}

function withIdsAsSent(span: Span): Span {
  const hasParentId = span.parentSpanId === '' || span.parentSpanId.length === 16
  if (hasParentId && span.links.every(({ hasValidIds }) => hasValidIds)) return span
  return {
    ...span,
    parentSpanId: readId(span.parentSpanId),
    links: span.links.map((link) =>
      link.hasValidIds ? link : { ...link, traceId: readId(link.traceId), spanId: readId(link.spanId) },
    ),
  }
}

const header = new ProtobufWriter()

/** `content` as a length-delimited field. */
function message(tag: number, content: Uint8Array): Uint8Array {
  header.position = 0
  header.uint32(tag)
  header.uint32(content.byteLength)
  return Buffer.concat([header.view(0), content])
}
