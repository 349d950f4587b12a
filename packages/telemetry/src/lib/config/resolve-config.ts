import type { Attributes } from '@opentelemetry/api'
import { printable } from './printable.ts'
import { resolveDestinations } from './resolve-destinations.ts'
import { resolveQueue } from './resolve-queue.ts'
import { resolveSampler } from './resolve-sampler.ts'
import { everySetting, settings } from './settings.ts'
import { SettingsReader } from './settings-reader.ts'
import type { SpanLimits, TelemetryConfig } from './telemetry-config.ts'
import { TelemetryConfigError } from './telemetry-config-error.ts'
import type { TelemetryOptions } from './telemetry-options.ts'
import { unknownOptions } from './unknown-options.ts'

/** Options that are not the environment's business: objects of the application's. */
const CODE_ONLY: readonly (keyof TelemetryOptions)[] = [
  'spanProcessors',
  'instrumentations',
  'meterProvider',
  'env',
]

/** What the caller found out about the application that is started. */
export interface ApplicationFacts {
  /** `name` in the application's package.json. */
  readonly packageName?: string | undefined
  /** `version` in the application's package.json. */
  readonly packageVersion?: string | undefined
}

/**
 * Weighs code, environment and defaults, in this order; docs/configuration.md is its reference.
 *
 * @throws {TelemetryConfigError} with every problem at once.
 */
export function resolveConfig(
  options: TelemetryOptions,
  env: NodeJS.ProcessEnv,
  facts: ApplicationFacts,
): TelemetryConfig {
  const reader = new SettingsReader(options, env)
  for (const problem of unknownOptions(options, everySetting, CODE_ONLY)) reader.refuse(problem)
  const notices = unknownVariables(env)
  reader.read(settings.service.configFile)
  const disabled = resolveDisabled(reader, notices)
  const exporters = reader.read(settings.destinations.exporters)
  const exports = !disabled && exporters.includes('otlp')
  const { boundary, diagnostics, instrumentation } = settings
  const config: TelemetryConfig = {
    disabled,
    resourceAttributes: resolveResource(reader, facts),
    destinations: exports ? resolveDestinations(reader, notices) : [],
    console: !disabled && exporters.includes('console'),
    propagators: reader.read(boundary.propagators),
    sampler: resolveSampler(reader, notices),
    spanLimits: resolveSpanLimits(reader),
    ...resolveQueue(reader),
    inbound: reader.read(boundary.inbound),
    forwardLinks: reader.read(boundary.forwardLinks),
    untracedPaths: reader.read(boundary.untracedPaths),
    untrustedBaggage: reader.read(boundary.untrustedBaggage),
    propagateTo: reader.read(boundary.propagateTo),
    serverSpans: reader.read(instrumentation.serverSpans),
    clientSpans: reader.read(instrumentation.clientSpans),
    expressSpans: reader.read(instrumentation.expressSpans),
    logLevel: reader.read(diagnostics.logLevel),
    notices,
  }
  if (reader.problems.length > 0) throw new TelemetryConfigError(reader.problems)
  return config
}

/** A misspelt `LINKED_TRACES_INBOUND` would leave a boundary open in silence. */
function unknownVariables(env: NodeJS.ProcessEnv): string[] {
  const known = new Set(everySetting.flatMap((setting) => setting.env))
  return Object.keys(env)
    .filter((key) => key.startsWith('LINKED_TRACES_') && env[key]?.trim() && !known.has(key))
    .map((key) => `${key} is not a setting of this version: it changes nothing.`)
}

/** The specification's booleans are never refused: everything but `true` is false, with a word about it. */
function resolveDisabled(reader: SettingsReader, notices: string[]): boolean {
  const setting = settings.service.disabled
  const found = reader.find(setting)
  if (found?.layer === 'environment' && !/^(true|false)$/i.test(String(found.raw))) {
    notices.push(`${found.key}=${printable(found.raw)} is read as false: only true disables.`)
    return false
  }
  return reader.read(setting)
}

function resolveResource(reader: SettingsReader, facts: ApplicationFacts): Attributes {
  const { name, version, namespace, resourceAttributes } = settings.service
  const given: Attributes = {
    'service.name': facts.packageName || 'unknown_service:node',
    'service.version': facts.packageVersion,
    ...reader.read(resourceAttributes, 'environment'),
    ...defined('service.name', reader.read(name, 'environment')),
    ...reader.read(resourceAttributes, 'code'),
    ...defined('service.name', reader.read(name, 'code')),
    ...defined('service.version', reader.read(version)),
    ...defined('service.namespace', reader.read(namespace)),
  }
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
}

function defined(key: string, value: string | undefined): Attributes {
  return value === undefined ? {} : { [key]: value }
}

function resolveSpanLimits(reader: SettingsReader): SpanLimits {
  const { spanLimits } = settings
  return {
    attributeValueLengthLimit: reader.read(spanLimits.attributeValueLengthLimit),
    attributeCountLimit: reader.read(spanLimits.attributeCountLimit),
    eventCountLimit: reader.read(spanLimits.eventCountLimit),
    linkCountLimit: reader.read(spanLimits.linkCountLimit),
    attributePerEventCountLimit: reader.read(spanLimits.attributePerEventCountLimit),
    attributePerLinkCountLimit: reader.read(spanLimits.attributePerLinkCountLimit),
  }
}
