import type { SpanKindName, StatusCodeName } from './span-record.ts'

/**
 * A span as a test expects it. Children and links are compared completely, in any order: what is not listed
 * must not be there. Of everything else only what is given is compared.
 */
export interface ExpectedSpan {
  readonly name: string | RegExp
  /** Label by which links of other spans refer to this one, and under which it is returned. */
  readonly as?: string
  readonly kind?: SpanKindName
  /** `service.name` of the resource. */
  readonly service?: string
  /** Name of the instrumentation scope, that is of the tracer. */
  readonly scope?: string
  readonly traceId?: string
  /**
   * Parent that is not among the spans. A span at the top of the expectation that has none given must be a
   * root.
   */
  readonly parentSpanId?: string
  readonly status?: StatusCodeName | { readonly code: StatusCodeName; readonly message: string | RegExp }
  readonly attributes?: ExpectedAttributes
  /** All events, in order, by their names or with attributes. */
  readonly events?: readonly (string | ExpectedEvent)[]
  readonly links?: readonly ExpectedLink[]
  readonly children?: readonly ExpectedSpan[]
  /** The children start in the order listed. */
  readonly childrenInOrder?: boolean
}

/**
 * Attributes that must be there, among others. A value is equal, or matched by a regular expression, or
 * accepted by a function; `undefined` means that there must be no such attribute.
 */
export type ExpectedAttributes = Readonly<Record<string, unknown>>

export interface ExpectedEvent {
  readonly name: string
  readonly attributes?: ExpectedAttributes
}

export interface ExpectedLink {
  /** The label of another expected span, or the ids of a span that is not among the spans. */
  readonly to: string | { readonly traceId: string; readonly spanId: string }
  /** The attribute `linked_traces.relation`. */
  readonly relation?: string
  readonly attributes?: ExpectedAttributes
  /** As in the `tracestate` header. */
  readonly traceState?: string
  readonly sampled?: boolean
}
