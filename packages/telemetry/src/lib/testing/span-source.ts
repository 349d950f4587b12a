import type { ReadableSpan } from '@opentelemetry/sdk-trace'

/**
 * Spans in any of the forms a test gets hold of them: as the SDK records them, as an OTLP backend receives
 * them (whole export requests in OTLP JSON, or decoded by `@linked-traces/otlp-receiver`), or one by one as
 * plain data (the workbench's API, a `SpanRecord`).
 */
export type SpanSource = OtlpExport | Iterable<ReadableSpan | PlainSpan | OtlpExport>

/** An OTLP export request. What is left out has the protocol's default. */
export interface OtlpExport {
  readonly resourceSpans?: readonly {
    readonly resource?: { readonly attributes?: readonly KeyValue[] }
    readonly scopeSpans?: readonly {
      readonly scope?: { readonly name?: string }
      readonly spans?: readonly PlainSpan[]
    }[]
  }[]
}

/** One span as plain data. */
export interface PlainSpan {
  readonly traceId: string
  readonly spanId: string
  /** Empty, `null` or absent for a root. */
  readonly parentSpanId?: string | null | undefined
  readonly name: string
  /** By its name in any case (`server`, `SPAN_KIND_SERVER`) or OTLP's number (2). */
  readonly kind?: string | number
  /** Taken from `service.name` of the resource if absent. */
  readonly serviceName?: string
  readonly resource?: unknown
  readonly scope?: { readonly name?: string }
  readonly attributes?: AttributesSource
  /** The code by its name in any case (`error`, `STATUS_CODE_ERROR`) or OTLP's number (2). */
  readonly status?: { readonly code?: string | number; readonly message?: string }
  readonly events?: readonly { readonly name: string; readonly attributes?: AttributesSource }[]
  readonly links?: readonly PlainLink[]
  readonly startTimeUnixNano?: bigint | string | number
  readonly endTimeUnixNano?: bigint | string | number
}

export interface PlainLink {
  readonly traceId: string
  readonly spanId: string
  readonly traceState?: string
  readonly flags?: number | { readonly value: number }
  readonly attributes?: AttributesSource
}

export type AttributesSource = Readonly<Record<string, unknown>> | readonly KeyValue[]

/**
 * An attribute with a typed value, of OTLP JSON (`{ stringValue }`) or of the decoder (`{ type, value }`).
 */
export interface KeyValue {
  readonly key: string
  readonly value?: unknown
}
