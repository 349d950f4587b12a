import type { Attributes, MeterProvider } from '@opentelemetry/api'
import type { Instrumentation } from '@opentelemetry/instrumentation'
import type { Sampler, SpanProcessor } from '@opentelemetry/sdk-trace'
import type { AxiomOptions } from '../axiom/axiom-options.ts'
import type { InboundPolicy } from '../boundary/inbound-policy.ts'
import type {
  Destination,
  LogLevel,
  PropagatorName,
  QueueConfig,
  SamplerConfig,
  SpanLimits,
  SpoolConfig,
} from './telemetry-config.ts'

/**
 * What `startTelemetry` takes. Whatever is left out (`undefined` or an empty string) comes from the environment,
 * and whatever the environment leaves out has a default: code > environment > defaults.
 */
export interface TelemetryOptions {
  /** `service.name`. Default: the name in the application's package.json. */
  readonly serviceName?: string | undefined
  /** `service.version`. Default: the version in the application's package.json. */
  readonly serviceVersion?: string | undefined
  /** `service.namespace`. */
  readonly serviceNamespace?: string | undefined
  /** Added to those of `OTEL_RESOURCE_ATTRIBUTES`, key by key. */
  readonly resourceAttributes?: Attributes | undefined
  /** Spans become no-ops; propagation goes on. */
  readonly disabled?: boolean | undefined
  readonly axiom?: AxiomOptions | undefined
  readonly otlp?: OtlpOptions | undefined
  /** Receives every span too, beside any other destination. */
  readonly workbenchUrl?: string | undefined
  /** `[]` exports nothing; propagation and links go on. */
  readonly exporters?: readonly TracesExporter[] | undefined
  readonly inbound?: InboundPolicy | undefined
  readonly forwardLinks?: boolean | undefined
  readonly untracedPaths?: readonly string[] | undefined
  readonly untrustedBaggage?: readonly string[] | undefined
  /** `[]` propagates to nowhere. */
  readonly propagateTo?: readonly string[] | undefined
  /** What makes the spans of incoming requests. */
  readonly serverSpans?: 'fast' | 'stock' | undefined
  /** What makes the spans of requests that undici and `fetch` send. */
  readonly clientSpans?: 'fast' | 'stock' | undefined
  /** Express's request handlers get spans of their own. */
  readonly expressSpans?: boolean | undefined
  /** `[]` propagates nothing. */
  readonly propagators?: readonly PropagatorName[] | undefined
  /** A name, a name with its arguments, or a Sampler of your own. */
  readonly sampler?: Exclude<SamplerConfig['name'], 'custom'> | SamplerConfig | Sampler | undefined
  readonly queue?: Partial<QueueConfig> | undefined
  readonly spool?: Partial<SpoolConfig> | undefined
  readonly spanLimits?: Partial<SpanLimits> | undefined
  readonly logLevel?: LogLevel | undefined
  /** Run before the spans reach the destinations' queues. */
  readonly spanProcessors?: readonly SpanProcessor[] | undefined
  /** Enabled beside those for HTTP, undici and Express. */
  readonly instrumentations?: readonly Instrumentation[] | undefined
  /** Gets OpenTelemetry's `otel.sdk.*` metrics of spans and deliveries. Default: the one registered with the API, if any. */
  readonly meterProvider?: MeterProvider | undefined
  /** Read in place of `process.env`. */
  readonly env?: NodeJS.ProcessEnv | undefined
}

/** An OTLP/HTTP endpoint, and how every destination is spoken to. */
export interface OtlpOptions {
  /** Base URL as in `OTEL_EXPORTER_OTLP_ENDPOINT`: `v1/traces` is appended. */
  readonly endpoint?: string | undefined
  /** URL of the traces endpoint itself; wins over `endpoint`. */
  readonly tracesEndpoint?: string | undefined
  /** For that endpoint only. */
  readonly headers?: Readonly<Record<string, string>> | undefined
  readonly protocol?: Destination['protocol'] | undefined
  readonly compression?: Destination['compression'] | undefined
  /** Milliseconds; 0 is no limit. */
  readonly timeoutMillis?: number | undefined
  /** Path of a PEM file: what to trust when the endpoint's certificate is verified. */
  readonly certificate?: string | undefined
  /** Path of a PEM file. */
  readonly clientKey?: string | undefined
  /** Path of a PEM file. */
  readonly clientCertificate?: string | undefined
}

export type TracesExporter = 'otlp' | 'console'
