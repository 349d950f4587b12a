import { startTestReceiver } from '@linked-traces/otlp-receiver/testing'
import { describe, expect, it } from 'vitest'
import { runToEnd, SOURCE } from './run-node.ts'

const FIXTURE = 'flushes-shuts-down-and-tells-its-health.ts'
const NONE = {
  queueFull: 0,
  refused: 0,
  rejected: 0,
  deadline: 0,
  afterShutdown: 0,
  spoolFull: 0,
  spoolUnreadable: 0,
}

async function healthAlong(env: NodeJS.ProcessEnv) {
  const { stdout, ...rest } = await runToEnd(FIXTURE, { flags: [SOURCE], env })
  const health = stdout
    .trim()
    .split('\n')
    .map((line): unknown => JSON.parse(line))
  return { health, ...rest }
}

describe('Telemetry', () => {
  it('flushes, shuts down, and tells what became of every span', async () => {
    await using backend = await startTestReceiver()
    const { health, ...rest } = await healthAlong({ WORKBENCH_URL: backend.url })
    const place = { kind: 'workbench', url: `${backend.url}/v1/traces` }
    expect(health).toEqual([
      { ...place, exported: 0, queued: 2, spooled: 0, dropped: NONE },
      { ...place, exported: 2, queued: 0, spooled: 0, dropped: NONE },
      { ...place, exported: 3, queued: 0, spooled: 0, dropped: { ...NONE, afterShutdown: 1 } },
    ])
    expect(rest).toEqual({ code: 0, signal: null, stderr: '' })
    expect(backend.spans().map(({ name }) => name)).toEqual(['one', 'two', 'three'])
  })

  it('tells the last error in words, and the Axiom dataset', async () => {
    await using backend = await startTestReceiver()
    backend.respondAlwaysWith({
      status: 403,
      headers: { 'content-type': 'application/json' },
      body: '{"message":"no"}',
    })
    const { health, code } = await healthAlong({
      AXIOM_TOKEN: 'xaat-01234567-89ab-cdef-0123-456789abcdef',
      AXIOM_DATASET: 'traces',
      AXIOM_EDGE_URL: backend.url,
    })
    expect(code).toBe(0)
    expect(health[2]).toEqual({
      kind: 'axiom',
      url: `${backend.url}/v1/traces`,
      dataset: 'traces',
      exported: 0,
      queued: 0,
      spooled: 0,
      dropped: { ...NONE, refused: 3, afterShutdown: 1 },
      lastError: 'answered 403 Forbidden: no',
    })
  })

  it('flushes until the deadline when the backend is down, shuts down soon after, and throws into nothing', async () => {
    const backend = await startTestReceiver()
    await backend.close()
    const { health, code, stderr } = await healthAlong({
      OTEL_EXPORTER_OTLP_ENDPOINT: backend.url,
      OTEL_BSP_EXPORT_TIMEOUT: '300',
    })
    expect(code).toBe(0)
    expect(health).toMatchObject([
      { exported: 0, queued: 2 },
      { exported: 0, queued: 2, lastError: 'refused the connection' },
      { exported: 0, queued: 0, dropped: { deadline: 3, afterShutdown: 1 } },
    ])
    expect(stderr).toContain('did not get 3 spans before the end.')
  })

  it('waits for its own deliveries although a span processor of the application fails, and says that it did', async () => {
    await using backend = await startTestReceiver()
    backend.respondAlwaysWith({ delayMillis: 300 })
    const env = { WORKBENCH_URL: backend.url }
    const result = await runToEnd('has-a-processor-that-fails.ts', { flags: [SOURCE], env })
    expect(result).toMatchObject({ code: 0, stdout: '1\n2\n' })
    expect(result.stderr).toContain('linked-traces: OpenTelemetry error: A span processor failed.')
    expect(result.stderr).toContain('no shutdown')
  })

  it.each([
    ['given as an option', 'option', [3]],
    ['registered before the start', 'before', [3]],
    // The two others started when there was nobody to count them.
    ['registered after the start', 'after', [1]],
  ])(
    "gives a MeterProvider OpenTelemetry's metrics of spans and deliveries: one %s",
    async (_, when, started) => {
      await using backend = await startTestReceiver()
      const env = { WORKBENCH_URL: backend.url }
      const { stdout, ...rest } = await runToEnd('collects-its-metrics.ts', {
        flags: [SOURCE],
        env,
        args: [when],
      })
      expect(rest).toEqual({ code: 0, signal: null, stderr: '' })
      expect(JSON.parse(stdout)).toEqual({
        'otel.sdk.span.started': ['{span}', ...started],
        'otel.sdk.span.live': ['{span}', 0],
        'otel.sdk.processor.span.queue.size': ['{span}', 0],
        'otel.sdk.processor.span.queue.capacity': ['{span}', 2048],
        'otel.sdk.processor.span.processed': ['{span}', 3],
        'otel.sdk.exporter.span.inflight': ['{span}', 0],
        'otel.sdk.exporter.span.exported': ['{span}', 3],
        'otel.sdk.exporter.operation.duration': ['s', 2],
      })
    },
  )
})
