import type { KeyValue, Resource, Scope, Span } from './span.ts'

/** A span as it was sent, together with what produced it. Nothing the sender said is left out. */
export type StoredSpan = {
  readonly span: Span
  readonly resource: Resource
  /** Schema URL of the resource; empty when the sender gave none. */
  readonly resourceSchemaUrl: string
  readonly scope: Scope
  /** Schema URL of the scope and its spans; empty when the sender gave none. */
  readonly scopeSchemaUrl: string
  /** When the workbench received it, milliseconds since the Unix epoch. */
  readonly receivedAt: number
}

/** Span kinds by the names Axiom shows; a number this protocol version does not know is `unspecified`. */
export type SpanKind = 'unspecified' | 'internal' | 'server' | 'client' | 'producer' | 'consumer'

const kinds: readonly SpanKind[] = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer']

/** Name of an OTLP span kind. */
export const spanKindName = (kind: number): SpanKind => kinds[kind] ?? 'unspecified'

/** OTLP number of a span kind. */
export const spanKindNumber = (kind: SpanKind): number => kinds.indexOf(kind)

/** How a span ended; a code this protocol version does not know is `unset`. */
export type StatusCode = 'unset' | 'ok' | 'error'

const statusCodes: readonly StatusCode[] = ['unset', 'ok', 'error']

/** Name of an OTLP status code. */
export const statusCodeName = (code: number): StatusCode => statusCodes[code] ?? 'unset'

/** `service.name` of a resource, or `unknown_service` (OpenTelemetry resource semantic conventions). */
export function serviceNameOf(resource: Resource): string {
  for (const attribute of resource.attributes) {
    if (attribute.key === 'service.name' && attribute.value.type === 'string' && attribute.value.value !== '')
      return attribute.value.value
  }
  return 'unknown_service'
}

/** `linked_traces.relation` of a link: what the linked span is to the span that holds the link. */
export function linkRelation(attributes: readonly KeyValue[]): string | null {
  for (const { key, value } of attributes) {
    if (key === 'linked_traces.relation') return value.type === 'string' ? value.value : null
  }
  return null
}
