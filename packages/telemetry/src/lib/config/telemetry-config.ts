import type { Attributes } from '@opentelemetry/api'
import type { Sampler } from '@opentelemetry/sdk-trace'
import type { InboundPolicy } from '../boundary/inbound-policy.ts'
import type { Secret } from './secret.ts'

/** What a service's telemetry is made from, after environment, options and defaults have been weighed. */
export interface TelemetryConfig {
  /** `OTEL_SDK_DISABLED`: spans are no-ops; propagation goes on, as the specification asks. */
  readonly disabled: boolean
  /** Resource attributes from environment and options: `service.*` and `OTEL_RESOURCE_ATTRIBUTES`. */
  readonly resourceAttributes: Attributes
  /** Every place that receives each span. Empty with `OTEL_TRACES_EXPORTER=none`. */
  readonly destinations: readonly Destination[]
  /** Spans are printed to stdout too (`OTEL_TRACES_EXPORTER=console`). */
  readonly console: boolean
  /** In the order they are applied. Empty means: nothing is propagated. */
  readonly propagators: readonly PropagatorName[]
  readonly sampler: SamplerConfig
  readonly spanLimits: SpanLimits
  readonly queue: QueueConfig
  /** Missing: nothing goes to the disk. */
  readonly spool?: SpoolConfig
  /** How requests' trace context is used; `continue` when nothing is said. */
  readonly inbound: InboundPolicy
  /** Linked roots answer with their ids, and outgoing calls link to the root they started. */
  readonly forwardLinks: boolean
  /** Request paths that make no spans, such as health checks. Same patterns as `inbound`. */
  readonly untracedPaths: readonly string[]
  /** Keys of baggage entries that are taken from untrusted callers too. */
  readonly untrustedBaggage: readonly string[]
  /** Hosts that context is sent to, each one a host pattern; everywhere when nothing is said. */
  readonly propagateTo: readonly string[] | undefined
  /** Who makes the spans of incoming requests. */
  readonly serverSpans: 'fast' | 'stock'
  /** Who makes the spans of requests that undici sends. */
  readonly clientSpans: 'fast' | 'stock'
  /** Express's request handlers get spans of their own. */
  readonly expressSpans: boolean
  readonly logLevel: LogLevel
  /** One sentence each for the operator at start: what was decided between two settings that exclude each other. */
  readonly notices: readonly string[]
}

export type PropagatorName = 'tracecontext' | 'baggage' | 'b3' | 'b3multi'

export type LogLevel = 'none' | 'error' | 'warn' | 'info' | 'debug' | 'verbose' | 'all'

/** One OTLP/HTTP endpoint with everything it takes to reach it; its credentials are its own. */
export interface Destination {
  readonly kind: 'axiom' | 'otlp' | 'workbench'
  /** The whole address of the traces endpoint, `…/v1/traces`. */
  readonly url: string
  /** Headers of every export, credentials among them. */
  readonly headers: Readonly<Record<string, string | Secret>>
  readonly protocol: 'http/json' | 'http/protobuf'
  readonly compression: 'gzip' | 'none'
  /** The longest one attempt to export may take, in milliseconds. */
  readonly timeoutMillis: number
  /** PEM files for TLS, by path. */
  readonly tls?: TlsFiles
  /** The Axiom dataset, for diagnostics. */
  readonly dataset?: string
}

/** Paths of PEM files, as in `OTEL_EXPORTER_OTLP_CERTIFICATE`, `…_CLIENT_KEY` and `…_CLIENT_CERTIFICATE`. */
export interface TlsFiles {
  /** Trusted when the server's certificate is verified, in place of Node's own list. */
  readonly certificate?: string
  readonly clientKey?: string
  readonly clientCertificate?: string
}

/** `OTEL_TRACES_SAMPLER` and its argument. */
export type SamplerConfig =
  | { readonly name: 'always_on' | 'always_off' | 'parentbased_always_on' | 'parentbased_always_off' }
  | { readonly name: 'traceidratio' | 'parentbased_traceidratio'; readonly ratio: number }
  | LinkedSamplerConfig
  /** From code only. */
  | { readonly name: 'custom'; readonly sampler: Sampler }

/** A sampler of new roots together with the traces that they are linked to: see docs/sampling.md. */
export interface LinkedSamplerConfig {
  readonly name: 'linked_probability' | 'linked_follow'
  /** From 0 to 1. */
  readonly ratio: number
  /** How many of the roots without a link to go by are kept in a second, about; above 0. No limit unless given. */
  readonly rootsPerSecond?: number
}

/** `OTEL_SPAN_*`, `OTEL_EVENT_*`, `OTEL_LINK_*` and `OTEL_ATTRIBUTE_*` limits; `Infinity` is no limit. */
export interface SpanLimits {
  readonly attributeValueLengthLimit: number
  readonly attributeCountLimit: number
  readonly eventCountLimit: number
  readonly linkCountLimit: number
  readonly attributePerEventCountLimit: number
  readonly attributePerLinkCountLimit: number
}

/** `OTEL_BSP_*` and `LINKED_TRACES_QUEUE_BYTES`: bounds and pace of each destination's queue. */
export interface QueueConfig {
  /** Spans waiting at the most; more are dropped, newest first, and counted. */
  readonly maxQueueSize: number
  /** The same in bytes of memory, estimated. */
  readonly maxQueueBytes: number
  readonly maxExportBatchSize: number
  readonly scheduledDelayMillis: number
  readonly exportTimeoutMillis: number
}

/** `LINKED_TRACES_SPOOL` and its bound. */
export interface SpoolConfig {
  /** A folder, which processes may share. */
  readonly path: string
  /** Of each destination's files, at the most. */
  readonly maxBytes: number
}
