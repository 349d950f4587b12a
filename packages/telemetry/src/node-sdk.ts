import { diag } from '@opentelemetry/api'
import type { Instrumentation } from '@opentelemetry/instrumentation'
import type { HttpInstrumentationConfig } from '@opentelemetry/instrumentation-http'
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http'
import type { UndiciInstrumentationConfig } from '@opentelemetry/instrumentation-undici'
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici'
import type { NodeSDKConfiguration } from '@opentelemetry/sdk-node'
import type { Sampler, SpanProcessor } from '@opentelemetry/sdk-trace'
import { BoundaryPropagator } from './lib/boundary/boundary-propagator.ts'
import type { InboundPolicy } from './lib/boundary/inbound-policy.ts'
import { boundarySettings } from './lib/config/boundary-settings.ts'
import { resolveDestinations } from './lib/config/resolve-destinations.ts'
import { resolveQueue } from './lib/config/resolve-queue.ts'
import { resolveSampler } from './lib/config/resolve-sampler.ts'
import type { Setting } from './lib/config/setting.ts'
import { settings } from './lib/config/settings.ts'
import { SettingsReader } from './lib/config/settings-reader.ts'
import { samplingSettings } from './lib/config/span-settings.ts'
import type { LinkedSamplerConfig, TelemetryConfig } from './lib/config/telemetry-config.ts'
import { TelemetryConfigError } from './lib/config/telemetry-config-error.ts'
import type { TelemetryOptions } from './lib/config/telemetry-options.ts'
import { unknownOptions } from './lib/config/unknown-options.ts'
import { installProcessEnd } from './lib/export/process-end.ts'
import { RandomIdGenerator } from './lib/sampling/random-id-generator.ts'
import { createPropagator } from './lib/sdk/create-propagator.ts'
import { createSampler } from './lib/sdk/create-sampler.ts'
import { patchBuiltins } from './lib/sdk/esm-hooks.ts'
import type { BoundaryConfig } from './lib/sdk/instrumentations.ts'
import { addHttpBoundary, addUndiciBoundary } from './lib/sdk/instrumentations.ts'
import { createImportHooks } from './lib/sdk/late-import-hooks.ts'
import { openOutlets, PROCESS_END } from './lib/sdk/open-outlets.ts'
import { say } from './lib/sdk/say.ts'

export type {
  InboundDecision,
  InboundMode,
  InboundPolicy,
  InboundRule,
} from './lib/boundary/inbound-policy.ts'
export type { LinkedSamplerConfig } from './lib/config/telemetry-config.ts'
export { TelemetryConfigError } from './lib/config/telemetry-config-error.ts'

const { workbenchUrl } = settings.destinations
const deliverySettings = [
  workbenchUrl,
  ...Object.values(settings.axiom),
  ...Object.values(settings.otlp),
  ...Object.values(settings.queue),
  ...Object.values(settings.spool),
]

/** What is left out comes from the environment, and then from the default: code > environment > defaults. */
export interface LinkedTracesOptions
  extends Pick<TelemetryOptions, 'axiom' | 'otlp' | 'workbenchUrl' | 'queue' | 'spool'> {
  /** How requests' trace context is used. `LINKED_TRACES_INBOUND`; default `continue`. */
  readonly inbound?: InboundPolicy | undefined
  /** Linked roots answer with their ids, and outgoing calls link to the root they started. `LINKED_TRACES_FORWARD_LINKS`; default `true`. */
  readonly forwardLinks?: boolean | undefined
  /** Request paths that make no spans. `LINKED_TRACES_UNTRACED_PATHS`; default none. */
  readonly untracedPaths?: readonly string[] | undefined
  /** Keys of baggage that is taken from untrusted callers too. `LINKED_TRACES_UNTRUSTED_BAGGAGE`; default none. */
  readonly untrustedBaggage?: readonly string[] | undefined
  /** Hosts that context is sent to with HTTP requests. `LINKED_TRACES_PROPAGATE_TO`; default everywhere. */
  readonly propagateTo?: readonly string[] | undefined
  /** Which traces are recorded: in place of the configuration's `sampler`. `OTEL_TRACES_SAMPLER`, also with our names. */
  readonly sampler?: TelemetryOptions['sampler']
  /** Read in place of `process.env`. */
  readonly env?: NodeJS.ProcessEnv | undefined
}

/**
 * Gives a set-up with NodeSDK the boundary: `new NodeSDK(withLinkedTraces({ …yours }, { inbound: 'link' }))`.
 *
 * Returns the configuration with its propagator wrapped (that of `OTEL_PROPAGATORS` where it has none) and with its
 * instrumentations of `node:http` and undici extended, or with these two added where they are missing; with the sampler
 * of the options or of `OTEL_TRACES_SAMPLER` unless it has one, and with ids from a cryptographic source unless it has a
 * generator. All else is NodeSDK's as before: resource, limits, and your own instrumentations' hooks.
 *
 * A configuration with `spanProcessors` or a `traceExporter` keeps them. Without, spans go where `startTelemetry` would send
 * them, and as it does: queued, retried, and delivered at the end of the process. Only what NodeSDK alone knows how to
 * export, `grpc` and exporters other than `otlp`, is left to it.
 *
 * Two settings of yours have the boundary stand back: `textMapPropagator: null`, as no context comes in, and the HTTP
 * instrumentation's `requireParentforIncomingSpans`, as it makes no SERVER spans.
 *
 * @throws {TelemetryConfigError} with every problem of the options and variables at once.
 */
export function withLinkedTraces<Configuration extends Partial<NodeSDKConfiguration>>(
  configuration: Configuration,
  options: LinkedTracesOptions = {},
): Configuration & LinkedConfiguration {
  const reader = new SettingsReader(options, options.env ?? process.env)
  const { propagators, ...taken } = boundarySettings
  const known = [...Object.values(taken), samplingSettings.sampler, ...deliverySettings]
  const unknown = unknownOptions(options, known, ['env'])
  for (const problem of unknown) reader.refuse(problem)
  const boundary: BoundaryConfig = {
    inbound: reader.read(taken.inbound),
    forwardLinks: reader.read(taken.forwardLinks),
    untracedPaths: reader.read(taken.untracedPaths),
    propagateTo: reader.read(taken.propagateTo),
  }
  const admitted = reader.read(taken.untrustedBaggage)
  const { textMapPropagator: own, instrumentations = [] } = configuration
  const names = own === undefined ? reader.read(propagators) : []
  const ids = new RandomIdGenerator()
  const notices: string[] = []
  const sampler = findSampler(configuration, reader, ids, notices)
  const delivery = findDelivery(configuration, reader, notices)
  if (reader.problems.length > 0) throw new TelemetryConfigError(reader.problems)
  for (const notice of notices) diag.warn(notice)
  const result = {
    ...configuration,
    ...(delivery !== undefined && { spanProcessors: [openProcessor(delivery)] }),
    ...(sampler !== undefined && { sampler }),
    idGenerator: configuration.idGenerator ?? ids,
    textMapPropagator:
      own === null ? null : own ? new BoundaryPropagator(own, admitted) : createPropagator(names, admitted),
    instrumentations: addBoundary(instrumentations.flat(), boundary),
  }
  patchBuiltins()
  // What loads the import hook is NodeSDK's users' business, if anything does.
  createImportHooks()
  return result
}

type LinkedConfiguration = Pick<
  NodeSDKConfiguration,
  'textMapPropagator' | 'instrumentations' | 'idGenerator' | 'spanProcessors'
>

/** The sampler that is asked for in the options, or in the environment and nowhere else. */
function findSampler(
  configuration: Partial<NodeSDKConfiguration>,
  reader: SettingsReader,
  ids: RandomIdGenerator,
  notices: string[],
): Sampler | undefined {
  const setting = samplingSettings.sampler
  const isAsked = reader.find(setting, 'code') ?? (configuration.sampler ? undefined : reader.find(setting))
  if (isAsked === undefined) return undefined
  const config = resolveSampler(reader, notices)
  return createSampler(config, () => ids.generateRandomness())
}

type Delivery = Pick<TelemetryConfig, 'destinations' | 'queue' | 'spool'>

/** Where spans go that the configuration does not say it of, unless the environment asks for what only NodeSDK can. */
function findDelivery(
  configuration: Partial<NodeSDKConfiguration>,
  reader: SettingsReader,
  notices: string[],
): Delivery | undefined {
  if (configuration.spanProcessors !== undefined || configuration.traceExporter !== undefined)
    return undefined
  const text = (setting: Setting<unknown>) => String(reader.find(setting)?.raw ?? '').trim()
  const isOurs = /^(otlp)?$/i.test(text(settings.destinations.exporters))
  const isDisabled = /^true$/i.test(text(settings.service.disabled))
  if (!isOurs || isDisabled || /^grpc$/i.test(text(settings.otlp.protocol))) return undefined
  return { destinations: resolveDestinations(reader, notices), ...resolveQueue(reader) }
}

/** Spans are delivered before the process ends, whether or not the application shuts NodeSDK down. */
function openProcessor(delivery: Delivery): SpanProcessor {
  const { outlets, observe } = openOutlets(delivery, say)
  observe()
  installProcessEnd(process, outlets, PROCESS_END)
  return outlets
}

/**
 * The sampler `linked_probability` or `linked_follow`, to be a part of samplers of your own. The rules are in
 * docs/sampling.md. Its roots state their randomness as `rv`: whether their ids are random is not for it to know.
 *
 * @throws {TelemetryConfigError} with every problem of the arguments at once.
 */
export function createLinkedSampler(sampler: LinkedSamplerConfig): Sampler {
  const reader = new SettingsReader({ sampler }, {})
  const config = reader.read(samplingSettings.sampler)
  if (reader.problems.length > 0) throw new TelemetryConfigError(reader.problems)
  const ids = new RandomIdGenerator()
  return createSampler(config, () => ids.generateRandomness())
}

/** Extends the instrumentations that have a part in the boundary, and adds those that are missing. */
function addBoundary(given: readonly Instrumentation[], boundary: BoundaryConfig): Instrumentation[] {
  const http = given.filter(isHttp)
  const undici = given.filter(isUndici)
  if (http.length === 0) http.push(new HttpInstrumentation())
  if (undici.length === 0) undici.push(new UndiciInstrumentation())
  for (const each of http) addHttpBoundary(each, boundary)
  for (const each of undici) addUndiciBoundary(each, boundary)
  return [...new Set([...given, ...http, ...undici])]
}

/** By name: the application may have the package in another release, or as one of `auto-instrumentations-node`. */
function isHttp(each: Instrumentation): each is Instrumentation<HttpInstrumentationConfig> {
  return each.instrumentationName === '@opentelemetry/instrumentation-http'
}

function isUndici(each: Instrumentation): each is Instrumentation<UndiciInstrumentationConfig> {
  return each.instrumentationName === '@opentelemetry/instrumentation-undici'
}
