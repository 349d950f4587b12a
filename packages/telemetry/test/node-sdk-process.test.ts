import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { startTestReceiver } from '@linked-traces/otlp-receiver/testing'
import { describe, expect, it } from 'vitest'

const run = promisify(execFile)
const TOKEN = 'xaat-00000000-0000-0000-0000-000000000000'
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** An application that calls itself once, under a set-up with NodeSDK. */
async function runApp(setUp: string, app: string, env: NodeJS.ProcessEnv): Promise<string> {
  const { stdout, stderr } = await run(
    process.execPath,
    [
      '--conditions=@linked-traces/source',
      setUp.endsWith('.cjs') ? '--require' : '--import',
      here(`node-sdk-fixtures/${setUp}`),
      here(app),
    ],
    {
      timeout: 25_000,
      env: { PATH: process.env.PATH, OTEL_METRICS_EXPORTER: 'none', OTEL_LOGS_EXPORTER: 'none', ...env },
    },
  )
  expect(stderr).toBe('')
  return stdout
}

interface ToldSpan {
  kind: string
  name: string
  traceId: string
  spanId: string
  parentSpanId?: string
  hooks: string[]
  links: { traceId: string; spanId: string; isRemote: boolean; relation: string }[]
}

/** The spans that its exporter prints. */
async function spansOf(setUp: string, env: NodeJS.ProcessEnv = {}): Promise<ToldSpan[]> {
  const app = setUp.endsWith('.cjs') ? 'requires-express.cjs' : 'imports-http-then-express.mjs'
  return JSON.parse(await runApp(setUp, `boundary-fixtures/${app}`, env))
}

function ofKind(spans: ToldSpan[], kind: string): ToldSpan {
  const found = spans.filter((span) => span.kind === kind)
  expect(found, JSON.stringify(spans, undefined, 2)).toHaveLength(1)
  return found[0] as ToldSpan
}

function expectLinkedBothWays(client: ToldSpan, server: ToldSpan) {
  expect(server.traceId).not.toBe(client.traceId)
  expect(server.parentSpanId).toBeUndefined()
  expect(server.links).toEqual([
    { traceId: client.traceId, spanId: client.spanId, isRemote: true, relation: 'caller' },
  ])
  expect(client.links).toEqual([
    { traceId: server.traceId, spanId: server.spanId, isRemote: true, relation: 'callee' },
  ])
}

describe('withLinkedTraces in a process with NodeSDK', () => {
  it('makes linked roots with nothing but an exporter given, and the rest in the environment', async () => {
    const spans = await spansOf('starts-with-an-exporter-only.ts', { LINKED_TRACES_INBOUND: 'link' })
    expect(spans).toHaveLength(2)
    expectLinkedBothWays(ofKind(spans, 'CLIENT'), ofKind(spans, 'SERVER'))
  })

  it('makes them for a CommonJS application too, whose copy of the OpenTelemetry API is another', async () => {
    const spans = await spansOf('starts-from-commonjs.cjs')
    expect(spans).toHaveLength(2)
    expectLinkedBothWays(ofKind(spans, 'CLIENT'), ofKind(spans, 'SERVER'))
  })

  it('delivers through our own queue where nothing else is given, also when nobody shuts it down', async () => {
    await using backend = await startTestReceiver({
      axiom: {
        region: 'us-east-1',
        tokens: { [TOKEN]: ['traces'] },
        datasets: { traces: { region: 'us-east-1' } },
      },
    })
    const app = 'fixtures/ends-a-span-then-calls-exit.cjs'
    await runApp('starts-with-nothing.ts', app, {
      AXIOM_TOKEN: TOKEN,
      AXIOM_DATASET: 'traces',
      AXIOM_EDGE_URL: backend.url,
    }).catch(({ code }) => expect(code).toBe(3))
    expect(backend.spans()).toMatchObject([{ name: 'last', resource: { 'service.name': 'shop' } }])
  })

  it('continues traces when nobody asks for anything else', async () => {
    const spans = await spansOf('starts-with-an-exporter-only.ts')
    const [client, server] = [ofKind(spans, 'CLIENT'), ofKind(spans, 'SERVER')]
    expect(server).toMatchObject({ traceId: client.traceId, parentSpanId: client.spanId, links: [] })
    expect(client.links).toEqual([])
  })

  it('propagates as OTEL_PROPAGATORS says', async () => {
    const spans = await spansOf('starts-with-an-exporter-only.ts', {
      LINKED_TRACES_INBOUND: 'link',
      OTEL_PROPAGATORS: 'baggage',
    })
    expect(ofKind(spans, 'SERVER')).toMatchObject({ links: [] })
    expect(ofKind(spans, 'SERVER').traceId).not.toBe(ofKind(spans, 'CLIENT').traceId)
  })

  it('keeps propagator, processors, instrumentations and their hooks', async () => {
    const spans = await spansOf('starts-with-its-own-of-everything.ts')
    const [client, server] = [ofKind(spans, 'CLIENT'), ofKind(spans, 'SERVER')]
    expectLinkedBothWays(client, server)
    expect(server).toMatchObject({
      name: 'GET /items/:id',
      hooks: ['app.incoming', 'app.request', 'app.response'],
    })
    expect(client.hooks).toEqual(['app.request', 'app.response'])
    // Their Express instrumentation makes a span for each layer, as it was set up to.
    const layers = spans.filter(({ kind }) => kind === 'INTERNAL')
    expect(layers.length).toBeGreaterThan(0)
    expect(new Set(layers.map(({ traceId }) => traceId))).toEqual(new Set([server.traceId]))
  })
})
