import { join } from 'node:path'
import type { Application } from './process-under-test.ts'

const BENCH = join(import.meta.dirname, '..', '..')
const APP = join(BENCH, 'app')
const PEERS = join(BENCH, 'peers')

/** What stands for one row of the comparison. */
export interface Variant {
  readonly name: string
  /** The row's name for readers. */
  readonly title: string
  /** The npm package, for its version. */
  readonly package?: string
  /** `orders` calls with `fetch`, `orders-by-request` with `request` of undici. */
  readonly workload: 'orders' | 'orders-by-request' | 'hello'
  /** The variant this one's costs are added to. */
  readonly base: string
  readonly flags: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** With V8 as it comes: see {@link STEADY}. */
  readonly asItComes?: boolean
  /** CommonJS, for products whose documented set-up does not reach Express when it is imported. */
  readonly commonJs?: boolean
}

const REGISTER = ['--import', '@linked-traces/telemetry/register']
const ours = {
  package: '@linked-traces/telemetry',
  workload: 'orders',
  base: 'none',
  flags: REGISTER,
} as const
const peer = { workload: 'orders', base: 'none' } as const
const imported = (file: string) => ['--import', join(PEERS, file)]
const required = (file: string) => ['--require', join(PEERS, file)]

export const VARIANTS: readonly Variant[] = [
  { name: 'none', title: 'no tracing', ...peer, flags: [] },
  { name: 'ours', title: 'linked-traces', ...ours },
  {
    name: 'ours-3',
    title: 'linked-traces, with spans of Express handlers',
    ...ours,
    env: { LINKED_TRACES_EXPRESS_SPANS: 'true' },
  },
  {
    name: 'none-as-it-comes',
    title: 'no tracing, V8 as it comes',
    ...peer,
    base: 'none-as-it-comes',
    flags: [],
    asItComes: true,
  },
  {
    name: 'ours-3-as-it-comes',
    title: 'linked-traces, 3 spans, V8 as it comes',
    ...ours,
    base: 'none-as-it-comes',
    env: { LINKED_TRACES_EXPRESS_SPANS: 'true' },
    asItComes: true,
  },
  {
    name: 'ours-unsampled',
    title: 'linked-traces, nothing sampled',
    ...ours,
    env: { OTEL_TRACES_SAMPLER: 'always_off' },
  },
  {
    name: 'ours-stock',
    title: 'linked-traces, stock instrumentation of http',
    ...ours,
    env: { LINKED_TRACES_SERVER_SPANS: 'stock' },
  },
  {
    name: 'assembled',
    title: 'OpenTelemetry by hand, 3 instrumentations',
    package: '@opentelemetry/sdk-trace',
    ...peer,
    flags: imported('opentelemetry/assembled.mjs'),
  },
  {
    name: 'node-sdk',
    title: 'NodeSDK, 3 instrumentations',
    package: '@opentelemetry/sdk-node',
    ...peer,
    flags: imported('opentelemetry/node-sdk.mjs'),
  },
  {
    name: 'auto',
    title: 'auto-instrumentations/register',
    package: '@opentelemetry/auto-instrumentations-node',
    ...peer,
    flags: imported('opentelemetry/auto.mjs'),
  },
  {
    name: 'vercel',
    title: '@vercel/otel (client spans only)',
    package: '@vercel/otel',
    ...peer,
    flags: required('vercel/telemetry.cjs'),
    commonJs: true,
  },
  {
    name: 'vercel-http',
    title: '@vercel/otel + http + express',
    package: '@vercel/otel',
    ...peer,
    flags: required('vercel/telemetry.cjs'),
    env: { BENCH_WITH_HTTP: 'true' },
    commonJs: true,
  },
  {
    name: 'hyperdx',
    title: '@hyperdx/node-opentelemetry',
    package: '@hyperdx/node-opentelemetry',
    ...peer,
    flags: required('hyperdx/telemetry.cjs'),
    env: { HYPERDX_API_KEY: 'bench', HDX_NODE_CONSOLE_CAPTURE: '0', HDX_STARTUP_LOGS: '0' },
    commonJs: true,
  },
  {
    name: 'autotel',
    title: 'autotel',
    package: 'autotel',
    ...peer,
    flags: imported('autotel/telemetry.mjs'),
  },
  {
    name: 'logfire',
    title: '@pydantic/logfire-node',
    package: '@pydantic/logfire-node',
    ...peer,
    flags: required('logfire/telemetry.cjs'),
    commonJs: true,
  },
  {
    name: 'splunk',
    title: '@splunk/otel',
    package: '@splunk/otel',
    ...peer,
    flags: required('splunk/telemetry.cjs'),
    env: {
      OTEL_INSTRUMENTATION_COMMON_DEFAULT_ENABLED: 'false',
      OTEL_INSTRUMENTATION_HTTP_ENABLED: 'true',
      OTEL_INSTRUMENTATION_EXPRESS_ENABLED: 'true',
      OTEL_INSTRUMENTATION_UNDICI_ENABLED: 'true',
    },
    commonJs: true,
  },
  {
    name: 'elastic',
    title: '@elastic/opentelemetry-node',
    package: '@elastic/opentelemetry-node',
    ...peer,
    flags: imported('elastic/telemetry.mjs'),
  },
  {
    name: 'dd-trace',
    title: 'dd-trace',
    package: 'dd-trace',
    ...peer,
    flags: imported('dd-trace/telemetry.mjs'),
  },
  {
    name: 'sentry',
    title: '@sentry/node',
    package: '@sentry/node',
    ...peer,
    flags: imported('sentry/telemetry.mjs'),
  },
  { name: 'hello', title: 'hello world: no tracing', workload: 'hello', base: 'hello', flags: [] },
  { name: 'hello-ours', title: 'hello world: linked-traces', ...ours, workload: 'hello', base: 'hello' },
  {
    name: 'hello-ours-unsampled',
    title: 'hello world: linked-traces, nothing sampled',
    ...ours,
    workload: 'hello',
    base: 'hello',
    env: { OTEL_TRACES_SAMPLER: 'always_off' },
  },
  {
    name: 'hello-assembled',
    title: 'hello world: OpenTelemetry by hand, http',
    package: '@opentelemetry/sdk-trace',
    workload: 'hello',
    base: 'hello',
    flags: imported('opentelemetry/assembled.mjs'),
    env: { BENCH_HTTP_ONLY: 'true' },
  },
]

/** Whose slowest requests are looked at, beside the first of each group. */
export const TAIL_VARIANTS = [
  { title: 'With V8 held steady', variants: ['none', 'ours-3', 'ours'].map(named) },
  { title: 'With V8 as it comes', variants: ['none-as-it-comes', 'ours-3-as-it-comes'].map(named) },
  {
    title: 'With V8 held steady, and `request` of undici in place of `fetch`',
    variants: ['none', 'ours-3'].map((name): Variant => {
      return { ...named(name), workload: 'orders-by-request' }
    }),
  },
]

/** @throws when there is no such variant of the comparison. */
export function named(name: string): Variant {
  const variant = VARIANTS.find((each) => each.name === name)
  if (variant === undefined) {
    throw new Error(`There is no variant ${name}, but ${VARIANTS.map((each) => each.name).join(', ')}.`)
  }
  return variant
}

/** For all alike: traces alone, gzip, and a queue that holds more than a saturated processor makes in a second. */
export function environmentOf({ env }: Variant, sinkUrl: string): Record<string, string> {
  const { port } = new URL(sinkUrl)
  return {
    BENCH_BACKEND: sinkUrl,
    BENCH_SENTRY_DSN: `http://bench@127.0.0.1:${port}/1`,
    OTEL_SERVICE_NAME: 'bench',
    OTEL_EXPORTER_OTLP_ENDPOINT: sinkUrl,
    OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip',
    OTEL_TRACES_EXPORTER: 'otlp',
    OTEL_METRICS_EXPORTER: 'none',
    OTEL_LOGS_EXPORTER: 'none',
    OTEL_NODE_RESOURCE_DETECTORS: 'none',
    OTEL_NODE_ENABLED_INSTRUMENTATIONS: 'http,express,undici',
    OTEL_BSP_SCHEDULE_DELAY: '1000',
    OTEL_BSP_MAX_QUEUE_SIZE: '32768',
    // Without it, Datadog keeps 100 traces a second.
    DD_TRACE_RATE_LIMIT: '1000000',
    DD_TRACE_AGENT_URL: sinkUrl,
    DD_TRACE_FLUSH_INTERVAL: '1000',
    DD_INSTRUMENTATION_TELEMETRY_ENABLED: 'false',
    DD_REMOTE_CONFIGURATION_ENABLED: 'false',
    DD_CRASHTRACKING_ENABLED: 'false',
    DD_CODE_ORIGIN_FOR_SPANS_ENABLED: 'false',
    DD_TRACE_STARTUP_LOGS: 'false',
    ...env,
  }
}

/**
 * Has V8 make no object in its old generation for having seen others of its kind grow old. As it comes it takes some of those
 * that `fetch` makes for long-lived ones, and what these lead to outlives its request with them, in some processes and not
 * in others (decisions/014).
 */
const STEADY = ['--no-allocation-site-pretenuring']

export function applicationOf(variant: Variant, sinkUrl: string): Application {
  const { workload, asItComes, commonJs, flags } = variant
  const file = join(APP, `${workload}.${commonJs ? 'cjs' : 'mjs'}`)
  return { flags: asItComes ? flags : [...STEADY, ...flags], file, env: environmentOf(variant, sinkUrl) }
}

export function firstLineOf(variant: Variant, sinkUrl: string): Application {
  return { ...applicationOf(variant, sinkUrl), file: join(APP, 'first-line.mjs') }
}
