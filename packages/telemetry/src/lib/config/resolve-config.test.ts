import { inspect } from 'node:util'
import type { Sampler } from '@opentelemetry/sdk-trace'
import { describe, expect, it } from 'vitest'
import { resolveConfig } from './resolve-config.ts'
import { Secret } from './secret.ts'
import { everySetting } from './settings.ts'
import type { TelemetryConfig } from './telemetry-config.ts'
import { TelemetryConfigError } from './telemetry-config-error.ts'
import type { TelemetryOptions } from './telemetry-options.ts'

function resolve(env: NodeJS.ProcessEnv, options: TelemetryOptions = {}): TelemetryConfig {
  return resolveConfig(options, env, {})
}

/** What is said about settings that cannot be honoured, a line for each. */
function complaints(env: NodeJS.ProcessEnv, options: TelemetryOptions = {}): string[] {
  try {
    resolve(env, options)
  } catch (error) {
    if (error instanceof TelemetryConfigError) return error.message.split('\n').slice(1)
    throw error
  }
  return []
}

const axiomEnv = { AXIOM_TOKEN: 'xaat-env', AXIOM_DATASET: 'traces' }
const endpointEnv = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' }
const clientEnv = {
  ...endpointEnv,
  OTEL_EXPORTER_OTLP_CLIENT_KEY: 'env.pem',
  OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE: 'env.pem',
}

const first = (config: TelemetryConfig) => config.destinations[0]
const header = (name: string) => (config: TelemetryConfig) => {
  const value = first(config)?.headers[name]
  return value instanceof Secret ? value.reveal() : value
}
const attribute = (name: string) => (config: TelemetryConfig) => config.resourceAttributes[name]

/** A knob at its default, set by its variable, and set in code while the variable is set too. */
interface Knob {
  readonly option: string
  readonly read: (config: TelemetryConfig) => unknown
  /** Left out where the knob says nothing unless it is set. */
  readonly fallback?: unknown
  readonly env?: readonly [text: string, value: unknown]
  readonly code: readonly [options: TelemetryOptions, value: unknown]
  /** What else the environment has to say for the knob to matter. */
  readonly beside?: NodeJS.ProcessEnv
  /** A value for the more general variable that gives way. */
  readonly general?: string
}

function number(option: string, read: Knob['read'], fallback: number, code: TelemetryOptions): Knob {
  return { option, read, fallback, env: ['7', 7], general: '3', code: [code, 9] }
}

const sampler: Sampler = { shouldSample: () => ({ decision: 0 }) }

const knobs: readonly Knob[] = [
  {
    option: 'serviceName',
    read: attribute('service.name'),
    fallback: 'unknown_service:node',
    env: ['from-env', 'from-env'],
    code: [{ serviceName: 'from-code' }, 'from-code'],
  },
  {
    option: 'serviceVersion',
    read: attribute('service.version'),
    code: [{ serviceVersion: '2.0.0' }, '2.0.0'],
    beside: { OTEL_RESOURCE_ATTRIBUTES: 'service.version=1' },
  },
  {
    option: 'serviceNamespace',
    read: attribute('service.namespace'),
    code: [{ serviceNamespace: 'shop' }, 'shop'],
    beside: { OTEL_RESOURCE_ATTRIBUTES: 'service.namespace=env' },
  },
  {
    option: 'resourceAttributes',
    read: attribute('team'),
    env: ['team=env', 'env'],
    code: [{ resourceAttributes: { team: 'code' } }, 'code'],
  },
  {
    option: 'disabled',
    read: (config) => config.disabled,
    fallback: false,
    env: ['TRUE', true],
    code: [{ disabled: false }, false],
  },
  {
    option: 'workbenchUrl',
    read: (config) => first(config)?.url,
    fallback: 'http://127.0.0.1:4318/v1/traces',
    env: ['http://env:1', 'http://env:1/v1/traces'],
    code: [{ workbenchUrl: 'http://code:2' }, 'http://code:2/v1/traces'],
  },
  {
    option: 'exporters',
    read: (config) => [config.destinations.length, config.console],
    fallback: [1, false],
    env: ['console', [0, true]],
    code: [{ exporters: ['otlp', 'console'] }, [1, true]],
  },
  {
    option: 'axiom.token',
    read: header('Authorization'),
    env: ['xaat-env', 'Bearer xaat-env'],
    code: [{ axiom: { token: 'xaat-code' } }, 'Bearer xaat-code'],
    beside: { AXIOM_DATASET: 'traces' },
  },
  {
    option: 'axiom.dataset',
    read: header('X-Axiom-Dataset'),
    env: ['env', 'env'],
    code: [{ axiom: { dataset: 'code' } }, 'code'],
    beside: { AXIOM_TOKEN: 'xaat-env' },
  },
  ...(['edgeUrl', 'domain', 'edge', 'url'] as const).map((name) => ({
    option: `axiom.${name}`,
    read: (config: TelemetryConfig) => first(config)?.url,
    fallback: 'https://us-east-1.aws.edge.axiom.co/v1/traces',
    env: ['env.example.com', 'https://env.example.com/v1/traces'] as const,
    code: [{ axiom: { [name]: 'code.example.com' } }, 'https://code.example.com/v1/traces'] as const,
    beside: axiomEnv,
  })),
  {
    option: 'axiom.orgId',
    read: header('X-Axiom-Org-Id'),
    env: ['env', 'env'],
    code: [{ axiom: { orgId: 'code' } }, 'code'],
    beside: { ...axiomEnv, AXIOM_TOKEN: 'xapt-env', AXIOM_URL: 'https://api.axiom.co' },
  },
  {
    option: 'otlp.tracesEndpoint',
    read: (config) => first(config)?.url,
    fallback: 'http://127.0.0.1:4318/v1/traces',
    env: ['http://env:1/path', 'http://env:1/path'],
    code: [{ otlp: { tracesEndpoint: 'http://code:2' } }, 'http://code:2/'],
  },
  {
    option: 'otlp.endpoint',
    read: (config) => first(config)?.url,
    fallback: 'http://127.0.0.1:4318/v1/traces',
    env: ['http://env:1/path', 'http://env:1/path/v1/traces'],
    code: [{ otlp: { endpoint: 'http://code:2' } }, 'http://code:2/v1/traces'],
  },
  {
    option: 'otlp.headers',
    read: header('x-from'),
    env: ['x-from=env', 'env'],
    code: [{ otlp: { headers: { 'x-from': 'code' } } }, 'code'],
    beside: endpointEnv,
  },
  {
    option: 'otlp.protocol',
    read: (config) => first(config)?.protocol,
    fallback: 'http/protobuf',
    env: ['http/json', 'http/json'],
    code: [{ otlp: { protocol: 'http/protobuf' } }, 'http/protobuf'],
  },
  {
    option: 'otlp.compression',
    read: (config) => first(config)?.compression,
    fallback: 'gzip',
    env: ['none', 'none'],
    code: [{ otlp: { compression: 'gzip' } }, 'gzip'],
  },
  number('otlp.timeoutMillis', (config) => first(config)?.timeoutMillis, 10_000, {
    otlp: { timeoutMillis: 9 },
  }),
  {
    option: 'otlp.certificate',
    read: (config) => first(config)?.tls?.certificate,
    env: ['env.pem', 'env.pem'],
    code: [{ otlp: { certificate: 'code.pem' } }, 'code.pem'],
    beside: endpointEnv,
  },
  {
    option: 'otlp.clientKey',
    read: (config) => first(config)?.tls?.clientKey,
    fallback: 'env.pem',
    env: ['other.pem', 'other.pem'],
    code: [{ otlp: { clientKey: 'code.pem' } }, 'code.pem'],
    beside: clientEnv,
  },
  {
    option: 'otlp.clientCertificate',
    read: (config) => first(config)?.tls?.clientCertificate,
    fallback: 'env.pem',
    env: ['other.pem', 'other.pem'],
    code: [{ otlp: { clientCertificate: 'code.pem' } }, 'code.pem'],
    beside: clientEnv,
  },
  {
    option: 'inbound',
    read: (config) => config.inbound,
    fallback: 'continue',
    env: ['link', 'link'],
    code: [{ inbound: [{ path: '/*', mode: 'ignore' }] }, [{ path: '/*', mode: 'ignore' }]],
  },
  {
    option: 'forwardLinks',
    read: (config) => config.forwardLinks,
    fallback: true,
    env: ['False', false],
    code: [{ forwardLinks: true }, true],
  },
  {
    option: 'untracedPaths',
    read: (config) => config.untracedPaths,
    fallback: [],
    env: ['/healthz, /internal/*', ['/healthz', '/internal/*']],
    code: [{ untracedPaths: ['/readyz'] }, ['/readyz']],
  },
  {
    option: 'serverSpans',
    read: (config) => config.serverSpans,
    fallback: 'fast',
    env: ['STOCK', 'stock'],
    code: [{ serverSpans: 'stock' }, 'stock'],
  },
  {
    option: 'clientSpans',
    read: (config) => config.clientSpans,
    fallback: 'fast',
    env: ['STOCK', 'stock'],
    code: [{ clientSpans: 'stock' }, 'stock'],
  },
  {
    option: 'expressSpans',
    read: (config) => config.expressSpans,
    fallback: false,
    env: ['true', true],
    code: [{ expressSpans: false }, false],
  },
  {
    option: 'untrustedBaggage',
    read: (config) => config.untrustedBaggage,
    fallback: [],
    env: ['tenant, Plan,tenant', ['tenant', 'Plan']],
    code: [{ untrustedBaggage: [] }, []],
  },
  {
    option: 'propagateTo',
    read: (config) => config.propagateTo,
    fallback: undefined,
    env: ['api.example.com, *.internal:8443,[::1]', ['api.example.com', '*.internal:8443', '[::1]']],
    code: [{ propagateTo: [] }, []],
  },
  {
    option: 'propagators',
    read: (config) => config.propagators,
    fallback: ['tracecontext', 'baggage'],
    env: ['b3multi,tracecontext,b3multi', ['b3multi', 'tracecontext']],
    code: [{ propagators: ['b3'] }, ['b3']],
  },
  {
    option: 'sampler',
    read: (config) => config.sampler,
    fallback: { name: 'parentbased_always_on' },
    env: ['always_off', { name: 'always_off' }],
    code: [{ sampler }, { name: 'custom', sampler }],
  },
  number('queue.maxQueueSize', (config) => config.queue.maxQueueSize, 2048, { queue: { maxQueueSize: 9 } }),
  number('queue.maxQueueBytes', (config) => config.queue.maxQueueBytes, 67_108_864, {
    queue: { maxQueueBytes: 9 },
  }),
  {
    option: 'spool.path',
    read: (config) => config.spool?.path,
    fallback: undefined,
    env: ['/var/spool/traces', '/var/spool/traces'],
    code: [{ spool: { path: 'spool' } }, 'spool'],
  },
  {
    option: 'spool.maxBytes',
    read: (config) => config.spool?.maxBytes,
    fallback: 268_435_456,
    env: ['9', 9],
    code: [{ spool: { maxBytes: 7 } }, 7],
    beside: { LINKED_TRACES_SPOOL: '/var/spool/traces' },
  },
  number('queue.maxExportBatchSize', (config) => config.queue.maxExportBatchSize, 512, {
    queue: { maxExportBatchSize: 9 },
  }),
  number('queue.scheduledDelayMillis', (config) => config.queue.scheduledDelayMillis, 5000, {
    queue: { scheduledDelayMillis: 9 },
  }),
  number('queue.exportTimeoutMillis', (config) => config.queue.exportTimeoutMillis, 30_000, {
    queue: { exportTimeoutMillis: 9 },
  }),
  number(
    'spanLimits.attributeValueLengthLimit',
    (config) => config.spanLimits.attributeValueLengthLimit,
    Infinity,
    {
      spanLimits: { attributeValueLengthLimit: 9 },
    },
  ),
  ...(
    [
      'attributeCountLimit',
      'eventCountLimit',
      'linkCountLimit',
      'attributePerEventCountLimit',
      'attributePerLinkCountLimit',
    ] as const
  ).map((name) =>
    number(`spanLimits.${name}`, (config) => config.spanLimits[name], 128, { spanLimits: { [name]: 9 } }),
  ),
  {
    option: 'logLevel',
    read: (config) => config.logLevel,
    fallback: 'info',
    env: ['DEBUG', 'debug'],
    code: [{ logLevel: 'none' }, 'none'],
  },
]

describe('resolveConfig', () => {
  it('refuses options that there are not, and takes every one that only code can give', () => {
    const misspelt: object = {
      inbuond: 'link',
      spanProcessors: [],
      instrumentations: [],
      meterProvider: {},
      env: {},
    }
    expect(complaints({}, misspelt)).toEqual([
      expect.stringMatching(/^ {2}inbuond: expected one of the options .* or remove the option\.$/),
    ])
  })

  it('is tested with every setting that can be given in code', () => {
    const options = everySetting.flatMap(({ option }) => option ?? [])
    expect(knobs.map(({ option }) => option).sort()).toEqual(options.sort())
  })

  for (const { option, read, fallback, env, general = 'not read', code, beside = {} } of knobs) {
    describe(option, () => {
      const variables = everySetting.find((setting) => setting.option === option)?.env ?? []
      const [text, value] = env ?? []

      if (fallback !== undefined) {
        it('has a default, also where the variable is blank', () => {
          const blank = Object.fromEntries(variables.map((name) => [name, beside[name] ?? ' ']))
          expect(read(resolve(beside))).toEqual(fallback)
          expect(read(resolve({ ...beside, ...blank }))).toEqual(fallback)
        })
      }

      it.each(variables)('is set by %s', (variable) => {
        expect(read(resolve({ ...beside, [variable]: text }))).toEqual(value)
      })

      const [specific, fallbackVariable] = variables
      if (specific !== undefined && fallbackVariable !== undefined) {
        it(`prefers ${specific} to ${fallbackVariable}`, () => {
          const both = { [specific]: text, [fallbackVariable]: general }
          expect(read(resolve({ ...beside, ...both }))).toEqual(value)
        })
      }

      it('is set in code, whatever the environment says', () => {
        const [options, inCode] = code
        const variablesSet = Object.fromEntries(variables.map((name) => [name, text]))
        expect(read(resolve({ ...beside, ...variablesSet }, options))).toEqual(inCode)
      })
    })
  }

  it('takes empty strings in code as unset', () => {
    expect(resolve({ OTEL_SERVICE_NAME: 'env' }, { serviceName: '', workbenchUrl: '' })).toEqual(
      resolve({ OTEL_SERVICE_NAME: 'env' }),
    )
  })

  it('does not change what it is given', () => {
    const env = Object.freeze({ ...axiomEnv, LINKED_TRACES_INBOUND: '/*=link' })
    const options: TelemetryOptions = Object.freeze({ propagators: Object.freeze(['b3'] as const) })
    expect(resolve(env, options)).toEqual(resolve(env, options))
  })

  describe('names the service', () => {
    const facts = { packageName: 'shop', packageVersion: '1.2.3' }
    it.each([
      [{}, {}, { 'service.name': 'shop', 'service.version': '1.2.3' }],
      [
        { OTEL_RESOURCE_ATTRIBUTES: 'service.name=a,service.version=9' },
        {},
        { 'service.name': 'a', 'service.version': '9' },
      ],
      [
        { OTEL_RESOURCE_ATTRIBUTES: 'service.name=a', OTEL_SERVICE_NAME: 'b' },
        {},
        { 'service.name': 'b', 'service.version': '1.2.3' },
      ],
      [
        { OTEL_SERVICE_NAME: 'b' },
        { resourceAttributes: { 'service.name': 'c', n: 1 } },
        { 'service.name': 'c', 'service.version': '1.2.3', n: 1 },
      ],
      [
        { OTEL_SERVICE_NAME: 'b' },
        { serviceName: 'd', resourceAttributes: { 'service.name': 'c' } },
        { 'service.name': 'd', 'service.version': '1.2.3' },
      ],
    ])('by %j and %j', (env, options, attributes) => {
      expect(resolveConfig(options, env, facts).resourceAttributes).toEqual(attributes)
    })
  })

  describe('OTEL_SDK_DISABLED', () => {
    it('leaves no destination, while propagation goes on', () => {
      const config = resolve({
        OTEL_SDK_DISABLED: 'true',
        OTEL_TRACES_EXPORTER: 'otlp,console',
        OTEL_PROPAGATORS: 'b3',
      })
      expect(config).toMatchObject({ disabled: true, destinations: [], console: false, propagators: ['b3'] })
    })

    it('does not mind an incomplete destination: nothing is sent there', () => {
      expect(resolve({ OTEL_SDK_DISABLED: 'true', AXIOM_TOKEN: 'xaat-1' })).toMatchObject({ disabled: true })
    })

    it.each(['1', 'yes', 'on'])('=%s disables nothing, and says so', (value) => {
      expect(resolve({ OTEL_SDK_DISABLED: value })).toMatchObject({
        disabled: false,
        notices: [`OTEL_SDK_DISABLED="${value}" is read as false: only true disables.`],
      })
    })

    it.each(['false', 'FALSE', ''])('=%s disables nothing, without a word', (value) => {
      expect(resolve({ OTEL_SDK_DISABLED: value })).toMatchObject({ disabled: false, notices: [] })
    })
  })

  describe('OTEL_TRACES_SAMPLER_ARG', () => {
    it.each(['traceidratio', 'parentbased_traceidratio', 'linked_probability', 'linked_follow'])(
      'is the ratio of %s, 1 when unset',
      (name) => {
        expect(resolve({ OTEL_TRACES_SAMPLER: name }).sampler).toEqual({ name, ratio: 1 })
        expect(resolve({ OTEL_TRACES_SAMPLER: name, OTEL_TRACES_SAMPLER_ARG: '0.25' })).toMatchObject({
          sampler: { name, ratio: 0.25 },
          notices: [],
        })
      },
    )

    it.each([
      [{}, {}],
      [{ OTEL_TRACES_SAMPLER: 'always_on' }, {}],
      [{ OTEL_TRACES_SAMPLER: 'traceidratio' }, { sampler: { name: 'traceidratio', ratio: 0.5 } as const }],
    ])('is not used with %j and %j, and says so', (env, options) => {
      expect(resolve({ ...env, OTEL_TRACES_SAMPLER_ARG: '0.25' }, options)).toEqual({
        ...resolve(env, options),
        notices: [
          'OTEL_TRACES_SAMPLER_ARG is not used: the sampler is not a ratio named by OTEL_TRACES_SAMPLER.',
        ],
      })
    })
  })

  describe('LINKED_TRACES_ROOTS_PER_SECOND', () => {
    it.each(['linked_probability', 'linked_follow'])('limits %s', (name) => {
      const env = { OTEL_TRACES_SAMPLER: name, LINKED_TRACES_ROOTS_PER_SECOND: '0.5' }
      expect(resolve(env)).toMatchObject({ sampler: { name, ratio: 1, rootsPerSecond: 0.5 }, notices: [] })
    })

    it.each([
      [{}, {}],
      [{ OTEL_TRACES_SAMPLER: 'traceidratio' }, {}],
      [{ OTEL_TRACES_SAMPLER: 'linked_follow' }, { sampler: 'linked_probability' } as const],
    ])('is not used with %j and %j, and says so', (env, options) => {
      expect(resolve({ ...env, LINKED_TRACES_ROOTS_PER_SECOND: '5' }, options)).toEqual({
        ...resolve(env, options),
        notices: [
          'LINKED_TRACES_ROOTS_PER_SECOND is not used: the sampler is not a linked one named by OTEL_TRACES_SAMPLER.',
        ],
      })
    })
  })

  it('takes the arguments of a sampler in code', () => {
    const sampler = { name: 'linked_probability', ratio: 0.25, rootsPerSecond: 10 } as const
    expect(resolve({}, { sampler })).toMatchObject({ sampler, notices: [] })
    expect(resolve({}, { sampler: 'linked_follow' }).sampler).toEqual({ name: 'linked_follow', ratio: 1 })
  })

  it('keeps batches within a smaller queue, unless asked for more', () => {
    expect(resolve({ OTEL_BSP_MAX_QUEUE_SIZE: '100' }).queue).toMatchObject({
      maxQueueSize: 100,
      maxExportBatchSize: 100,
    })
    expect(complaints({ OTEL_BSP_MAX_QUEUE_SIZE: '100', OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '101' })).toEqual([
      '  OTEL_BSP_MAX_EXPORT_BATCH_SIZE: expected at most OTEL_BSP_MAX_QUEUE_SIZE, which is 100, received 101. Make the batch smaller or the queue larger.',
    ])
  })

  it.each(['OTEL_EXPORTER_OTLP_TIMEOUT', 'OTEL_BSP_EXPORT_TIMEOUT'])('takes %s=0 as no limit', (name) => {
    const config = resolve({ [name]: '0' })
    expect([first(config)?.timeoutMillis, config.queue.exportTimeoutMillis]).toContain(2147483647)
  })

  it('reads inbound rules, and keeps a function', () => {
    const policy = () => 'link' as const
    expect(
      resolve({ LINKED_TRACES_INBOUND: 'GET /hooks/*=link,/x=link:untrusted,/*=continue' }).inbound,
    ).toEqual([
      { method: 'GET', path: '/hooks/*', mode: 'link' },
      { path: '/x', mode: 'link', trusted: false },
      { path: '/*', mode: 'continue' },
    ])
    expect(resolve({}, { inbound: policy }).inbound).toBe(policy)
  })

  it('names a variable of its own that it does not know', () => {
    expect(resolve({ LINKED_TRACES_INBUOND: 'link', LINKED_TRACES_OLD: '' }).notices).toEqual([
      'LINKED_TRACES_INBUOND is not a setting of this version: it changes nothing.',
    ])
  })

  it.each([
    [
      'OTEL_PROPAGATORS',
      'tracecontext,jaeger',
      'a list of tracecontext, baggage, b3 or b3multi, or none',
      '"jaeger"',
      'Use one of these.',
    ],
    [
      'OTEL_PROPAGATORS',
      'none,b3',
      'a list of tracecontext, baggage, b3 or b3multi, or none',
      '"none"',
      'Use none alone, or leave it out.',
    ],
    [
      'OTEL_TRACES_EXPORTER',
      'zipkin',
      'a list of otlp or console, or none',
      '"zipkin"',
      'Send OTLP to a Collector and let it export to Zipkin.',
    ],
    [
      'OTEL_EXPORTER_OTLP_PROTOCOL',
      'grpc',
      'http/protobuf or http/json',
      '"grpc"',
      'Use http/protobuf instead; Collectors usually listen for it on port 4318.',
    ],
    ['OTEL_EXPORTER_OTLP_TRACES_COMPRESSION', 'zstd', 'gzip or none', '"zstd"', 'Use one of these.'],
    [
      'OTEL_EXPORTER_OTLP_TIMEOUT',
      '10s',
      'milliseconds from 1 to 2147483647, or 0 for no limit',
      '"10s"',
      'Write it in digits, without a unit or sign.',
    ],
    [
      'OTEL_BSP_SCHEDULE_DELAY',
      '-1',
      'a whole number from 0 to 2147483647',
      '"-1"',
      'Write it in digits, without a unit or sign.',
    ],
    [
      'OTEL_BSP_MAX_QUEUE_SIZE',
      '0',
      'a whole number from 1 to 2147483647',
      '"0"',
      'Write it in digits, without a unit or sign.',
    ],
    [
      'OTEL_SPAN_LINK_COUNT_LIMIT',
      'many',
      'a whole number from 0 to 2147483647',
      '"many"',
      'Write it in digits, without a unit or sign.',
    ],
    [
      'OTEL_LOG_LEVEL',
      'loud',
      'none, error, warn, info, debug, verbose or all',
      '"loud"',
      'Use one of these.',
    ],
    [
      'OTEL_EXPORTER_OTLP_ENDPOINT',
      'collector:4318',
      'an http:// or https:// URL',
      '"collector:4318"',
      'Write the whole URL, as in http://127.0.0.1:4318.',
    ],
    [
      'WORKBENCH_URL',
      '127.0.0.1:4318',
      'an http:// or https:// URL',
      '"127.0.0.1:4318"',
      'Write the whole URL, as in http://127.0.0.1:4318.',
    ],
    [
      'OTEL_RESOURCE_ATTRIBUTES',
      'team=a,region',
      'key=value pairs, separated by commas and percent-encoded',
      'something else as entry 2',
      'Write it as key=value, with %3D for = %2C for , and %25 for % itself.',
    ],
    [
      'OTEL_CONFIG_FILE',
      'otel.yaml',
      'nothing',
      '"otel.yaml"',
      'Declarative configuration is not read; use variables or options.',
    ],
    [
      'LINKED_TRACES_INBOUND',
      '/hooks=continue:untrusted',
      'link or ignore for an untrusted caller',
      '"/hooks=continue:untrusted" with "continue"',
      'Nobody can continue the trace of a caller they do not trust.',
    ],
    ['LINKED_TRACES_FORWARD_LINKS', '1', 'true or false', '"1"', 'Write it as true or false.'],
    [
      'LINKED_TRACES_UNTRACED_PATHS',
      '/healthz,readyz',
      'a list of paths such as /healthz or /internal/*',
      '"readyz"',
      'Begin it with /, and use * only at its end.',
    ],
  ])('refuses %s=%s', (key, value, expected, received, cure) => {
    expect(complaints({ [key]: value })).toEqual([
      `  ${key}: expected ${expected}, received ${received}. ${cure}`,
    ])
  })

  it.each(['always', 'jaeger_remote'])('refuses OTEL_TRACES_SAMPLER=%s', (name) => {
    expect(complaints({ OTEL_TRACES_SAMPLER: name })).toEqual([
      expect.stringMatching(`^  OTEL_TRACES_SAMPLER: expected always_on, .*, received "${name}"\\. `),
    ])
  })

  it('refuses a ratio that is none, rather than sampling everything', () => {
    const env = { OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '10%' }
    expect(complaints(env)).toEqual([
      '  OTEL_TRACES_SAMPLER_ARG: expected a number from 0 to 1, received "10%". Write it as a decimal, such as 0.25 for one in four.',
    ])
  })

  it('refuses every argument of a sampler that cannot be honoured, in the environment and in code', () => {
    const env = {
      OTEL_TRACES_SAMPLER: 'linked_probability',
      OTEL_TRACES_SAMPLER_ARG: '2',
      LINKED_TRACES_ROOTS_PER_SECOND: '0',
    }
    expect(complaints(env)).toEqual([
      '  OTEL_TRACES_SAMPLER_ARG: expected a number from 0 to 1, received "2". Write it as a decimal, such as 0.25 for one in four.',
      '  LINKED_TRACES_ROOTS_PER_SECOND: expected a number above 0, received "0". Write it as a decimal, such as 10, or 0.5 for one in two seconds.',
    ])
    const sampler = JSON.parse(
      '{ "name": "linked_follow", "rate": 0.1, "ratio": 10, "rootsPerSecond": "many" }',
    )
    expect(complaints({}, { sampler })).toEqual([
      '  sampler: expected linked_follow with ratio and rootsPerSecond, received rate. Correct the name, or remove it.',
      '  sampler: expected ratio to be a number from 0 to 1, received 10. Write it as a decimal, such as 0.25 for one in four.',
      '  sampler: expected rootsPerSecond to be a number above 0, received "many". Write it as a decimal, such as 10, or 0.5 for one in two seconds.',
    ])
    const alone = JSON.parse('{ "name": "always_on", "ratio": 0.1 }')
    expect(complaints({}, { sampler: alone })).toEqual([
      '  sampler: expected always_on with nothing else, received ratio. Correct the name, or remove it.',
    ])
  })

  it('checks what comes from code too, and calls it by the name it has there', () => {
    const options = JSON.parse(
      '{ "queue": { "maxQueueSize": -1 }, "sampler": { "name": "traceidratio", "ratio": 2 }, "inbound": [{ "path": "x", "mode": "link" }], "exporters": ["grpc"], "disabled": "yes" }',
    )
    expect(complaints({}, options).map((line) => line.trim().split(',')[0])).toEqual([
      'disabled: expected true or false',
      'exporters: expected a list of otlp or console',
      'sampler: expected ratio to be a number from 0 to 1',
      'queue.maxQueueSize: expected a whole number from 1 to 2147483647',
      'inbound: expected a path such as /hooks or /hooks/*',
    ])
  })

  it('complains once about a variable that several settings fall back to', () => {
    expect(complaints({ OTEL_ATTRIBUTE_COUNT_LIMIT: 'x' })).toHaveLength(1)
  })

  it('finds every problem at once', () => {
    const env = { OTEL_PROPAGATORS: 'x,y', OTEL_LOG_LEVEL: 'z', WORKBENCH_URL: 'w', AXIOM_TOKEN: 'a b' }
    expect(complaints(env)).toHaveLength(6)
  })

  it('prints no secret, neither in its errors nor in what it returns', () => {
    const secret = 'S3CR3T'
    const refused = [
      { AXIOM_TOKEN: `xaat-${secret}` },
      { AXIOM_TOKEN: `Bearer xaat-${secret}`, AXIOM_DATASET: 'traces' },
      { AXIOM_TOKEN: 'xaat-1', AXIOM_DATASET: `xaat-${secret}` },
      { AXIOM_TOKEN: `xapt-${secret}`, AXIOM_DATASET: 'traces' },
      { ...axiomEnv, AXIOM_URL: `https://user:${secret}@api.axiom.co` },
      { ...axiomEnv, AXIOM_DOMAIN: `xaat-${secret}` },
      { OTEL_EXPORTER_OTLP_ENDPOINT: `https://user:${secret}@collector` },
      { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `collector/?key=${secret}` },
      { ...endpointEnv, OTEL_EXPORTER_OTLP_HEADERS: `authorization ${secret}` },
      { ...endpointEnv, OTEL_EXPORTER_OTLP_HEADERS: `authorization=${secret}%0A` },
      { OTEL_RESOURCE_ATTRIBUTES: `password:${secret}` },
    ]
    for (const env of refused) {
      let thrown: unknown
      try {
        resolve(env)
      } catch (error) {
        thrown = error
      }
      expect(thrown).toBeInstanceOf(TelemetryConfigError)
      expect(inspect(thrown, { depth: null, showHidden: true }) + JSON.stringify(thrown)).not.toContain(
        secret,
      )
    }
    const accepted = [
      { AXIOM_TOKEN: `xaat-${secret}`, AXIOM_DATASET: 'traces' },
      {
        AXIOM_TOKEN: `xaat-${secret}`,
        ...endpointEnv,
        OTEL_EXPORTER_OTLP_HEADERS: `authorization=${secret}`,
      },
      { OTEL_EXPORTER_OTLP_HEADERS: `authorization=${secret}` },
    ]
    for (const env of accepted) {
      const config = resolve(env)
      expect(inspect(config, { depth: null, showHidden: true }) + JSON.stringify(config)).not.toContain(
        secret,
      )
    }
  })
})
