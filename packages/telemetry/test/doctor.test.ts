import { startTestReceiver } from '@linked-traces/otlp-receiver/testing'
import { describe, expect, it } from 'vitest'
import { here, runToEnd, SOURCE } from './run-node.ts'
import { CERTIFICATE, serveTls } from './serve-tls.ts'

const TOKEN = 'xaat-01234567-89ab-cdef-0123-456789abcdef'

const doctor = (env: NodeJS.ProcessEnv, ...args: string[]) => {
  return runToEnd(here('../src/linked-traces.ts'), { flags: [SOURCE], env, args: ['doctor', ...args] })
}

const startAxiom = (limit?: 'rate' | 'ingest') => {
  return startTestReceiver({
    axiom: {
      region: 'us-east-1',
      tokens: { [TOKEN]: ['traces', 'missing', 'european'] },
      datasets: {
        traces: { region: 'us-east-1' },
        secret: { region: 'us-east-1' },
        european: { region: 'eu-central-1' },
      },
      ...(limit && { limitFor: () => ({ kind: limit, limit: 1, reset: 2_000_000_000 }) }),
    },
  })
}

describe('linked-traces doctor', () => {
  it('sends a linked pair of traces, and says where settings come from without their secrets', async () => {
    await using axiom = await startAxiom()
    const env = { AXIOM_TOKEN: TOKEN, AXIOM_DATASET: 'traces', AXIOM_EDGE_URL: axiom.url }
    const result = await doctor(env)
    expect(result).toMatchObject({ code: 0, stderr: '' })
    const [callee, caller] = axiom.spans()
    expect(result.stdout).toBe(
      `Settings of the environment (those given in code are not seen here):
  AXIOM_TOKEN     <redacted>
  AXIOM_DATASET   traces
  AXIOM_EDGE_URL  ${axiom.url}
  All others have their defaults: --json lists them.

Axiom dataset traces at ${axiom.url}:
  ✓ export  took 2 spans

The test traces are ${caller?.traceId} (caller) and ${callee?.traceId} (callee); each links to the other.
`,
    )
    expect(callee?.traceId).not.toBe(caller?.traceId)
    expect(callee?.links).toMatchObject([
      { spanId: caller?.spanId, attributes: { 'linked_traces.relation': 'caller' } },
    ])
    expect(caller?.links).toMatchObject([
      { spanId: callee?.spanId, attributes: { 'linked_traces.relation': 'callee' } },
    ])
  })

  it.each([
    ['traces', 'xaat-wrong', 'answered 401 Unauthorized', 'Set AXIOM_TOKEN to a token'],
    ['secret', TOKEN, 'answered 403 Forbidden', 'Let the token of AXIOM_TOKEN ingest'],
    ['missing', TOKEN, 'answered 404 Not Found', 'Create the dataset'],
    ['european', TOKEN, 'must use the eu-central-1 edge deployment domain', 'set AXIOM_DOMAIN=eu-central-1.'],
  ])('names the cure when Axiom refuses dataset %s for %s', async (dataset, token, words, cure) => {
    await using axiom = await startAxiom()
    const { code, stdout } = await doctor({
      AXIOM_TOKEN: token,
      AXIOM_DATASET: dataset,
      AXIOM_EDGE_URL: axiom.url,
    })
    expect(code).toBe(1)
    expect(stdout).toContain('✗ export  answered')
    expect(stdout).toContain(words)
    expect(stdout).toContain(cure)
    expect(stdout).not.toContain(token)
  })

  it.each(['rate', 'ingest'] as const)(
    'names the cure when a limit of Axiom is used up (%s)',
    async (limit) => {
      await using axiom = await startAxiom(limit)
      const env = { AXIOM_TOKEN: TOKEN, AXIOM_DATASET: 'traces', AXIOM_EDGE_URL: axiom.url }
      const { code, stdout } = await doctor(env)
      expect(code).toBe(1)
      expect(stdout).toMatch(/limit exceeded\n +Sample with OTEL_TRACES_SAMPLER/)
    },
  )

  it('stays on one screen with destinations that fail and more settings than it has lines', async () => {
    await using axiom = await startAxiom()
    const gone = await startTestReceiver()
    await gone.close()
    const env = {
      AXIOM_TOKEN: 'xaat-wrong-0123456789',
      AXIOM_DATASET: 'traces',
      AXIOM_EDGE_URL: axiom.url,
      OTEL_EXPORTER_OTLP_ENDPOINT: 'https://localhost:9',
      OTEL_EXPORTER_OTLP_HEADERS: 'x-api-key=hunter2',
      WORKBENCH_URL: gone.url,
      OTEL_SERVICE_NAME: 'shop',
      OTEL_RESOURCE_ATTRIBUTES: `team=${'x'.repeat(500)}`,
      OTEL_BSP_MAX_QUEUE_SIZE: '4096',
      OTEL_BSP_SCHEDULE_DELAY: '1000',
      OTEL_BSP_EXPORT_TIMEOUT: '20000',
      OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '256',
      OTEL_TRACES_SAMPLER: 'always_on',
      OTEL_PROPAGATORS: 'tracecontext',
      OTEL_LOG_LEVEL: 'warn',
      LINKED_TRACES_INBOUND: 'link',
      LINKED_TRACES_QUEUE_BYTES: '10000000',
      OTEL_EXPORTER_OTLP_TIMEOUT: '5000',
      OTEL_SPAN_LINK_COUNT_LIMIT: '64',
    }
    const { code, stdout, stderr } = await doctor(env)
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' })
    const lines = stdout.trimEnd().split('\n')
    expect(lines.length).toBeLessThanOrEqual(24)
    expect(stdout).toMatch(/… and \d+ more; all others have their defaults/)
    expect(stdout.match(/✗/g)).toHaveLength(2)
    for (const secret of ['hunter2', 'xaat-wrong-0123456789']) expect(stdout).not.toContain(secret)
    const json = await doctor(env, '--json')
    expect(JSON.parse(json.stdout).settings).toContainEqual({
      key: 'OTEL_SPAN_LINK_COUNT_LIMIT',
      value: '64',
      from: 'environment',
    })
    for (const secret of ['hunter2', 'xaat-wrong-0123456789']) expect(json.stdout).not.toContain(secret)
  })

  it.each(['--json', undefined])(
    'shows no secret that a backend repeats, that an address has, or that is misplaced (%s)',
    async (json) => {
      const args = json === undefined ? [] : [json]
      await using backend = await startTestReceiver()
      backend.respondAlwaysWith({
        status: 403,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ message: 'key hunter2 is not known' }),
      })
      const echoed = await doctor(
        { OTEL_EXPORTER_OTLP_ENDPOINT: backend.url, OTEL_EXPORTER_OTLP_HEADERS: 'x-api-key=hunter2' },
        ...args,
      )
      expect(echoed.code).toBe(1)
      expect(echoed.stdout).toContain('key <redacted> is not known')
      const address = await doctor(
        { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://user:hunter2@127.0.0.1:9' },
        ...args,
      )
      const misplaced = await doctor({ AXIOM_TOKEN: TOKEN, AXIOM_DATASET: TOKEN }, ...args)
      for (const { stdout, stderr } of [echoed, address, misplaced]) {
        expect(stdout + stderr).not.toContain('hunter2')
        expect(stdout + stderr).not.toContain(TOKEN)
      }
    },
  )

  it('prints JSON with every setting, and a failure for each destination that fails', async () => {
    await using workbench = await startTestReceiver()
    const gone = await startTestReceiver()
    await gone.close()
    const env = {
      WORKBENCH_URL: workbench.url,
      OTEL_EXPORTER_OTLP_ENDPOINT: gone.url,
      OTEL_EXPORTER_OTLP_HEADERS: 'x-api-key=hunter2',
    }
    const { code, stdout } = await doctor(env, '--json')
    expect(code).toBe(1)
    const diagnosis = JSON.parse(stdout)
    expect(diagnosis).toMatchObject({
      verdict: 'undelivered',
      destinations: [
        { destination: `OTLP endpoint ${gone.url}/v1/traces`, checks: [{ name: 'export', ok: false }] },
        { destination: `the workbench at ${workbench.url}`, checks: [{ name: 'export', ok: true }] },
      ],
      traceIds: [expect.stringMatching(/^[0-9a-f]{32}$/), expect.stringMatching(/^[0-9a-f]{32}$/)],
    })
    expect(stdout).not.toContain('hunter2')
    expect(diagnosis.settings).toContainEqual({
      key: 'WORKBENCH_URL',
      value: workbench.url,
      from: 'environment',
    })
    expect(diagnosis.settings).toContainEqual({
      key: 'OTEL_BSP_MAX_QUEUE_SIZE',
      value: '2048',
      from: 'default',
    })
  })

  it.each([
    ['https://collector.invalid', 'dns', 'cannot be found'],
    ['https://127.0.0.1:PORT', 'tls', 'does not speak TLS'],
  ])('stops at the step that fails: %s, %s', async (endpoint, step, words) => {
    await using backend = await startTestReceiver()
    const url = endpoint.replace('PORT', String(backend.port))
    const { code, stdout } = await doctor({ OTEL_EXPORTER_OTLP_ENDPOINT: url }, '--json')
    expect(code).toBe(1)
    expect(JSON.parse(stdout).destinations[0].checks).toEqual([
      { name: step, ok: false, words: expect.stringContaining(words), cure: expect.stringMatching(/\.$/) },
    ])
    expect(backend.requests).toEqual([])
  })

  it('shakes hands with whom it is told to trust', async () => {
    await using backend = await serveTls((request, response) =>
      request.resume().once('end', () => response.end()),
    )
    const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: `https://127.0.0.1:${backend.port}` }
    const trusting = await doctor({ ...endpoint, OTEL_EXPORTER_OTLP_CERTIFICATE: CERTIFICATE })
    expect(trusting.code).toBe(0)
    expect(trusting.stdout).toMatch(/✓ tls {4} TLSv1\.3, its certificate is valid until .* GMT\n {2}✓ export/)
    const wary = await doctor(endpoint)
    expect(wary.code).toBe(1)
    expect(wary.stdout).toMatch(
      /✗ tls {4} cannot be trusted: self-signed certificate\n .*OTEL_EXPORTER_OTLP_CERT/,
    )
  })

  it('sends nothing with a configuration that cannot be honoured, and says what is wrong with it', async () => {
    const { code, stdout } = await doctor({ AXIOM_TOKEN: TOKEN })
    expect(code).toBe(2)
    expect(stdout).toContain('✗ AXIOM_DATASET: expected ')
    expect(stdout).not.toContain('01234567')
  })

  it.each(['http://127.0.0.1:9', 'https://127.0.0.1:9'])(
    'names a certificate that cannot be read, as a start does, for %s',
    async (endpoint) => {
      const env = { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_EXPORTER_OTLP_CERTIFICATE: '/none/ca.pem' }
      const problem = 'OTEL_EXPORTER_OTLP_CERTIFICATE: expected a PEM file that can be read, received ENOENT'
      const { code, stdout } = await doctor(env)
      expect(code).toBe(2)
      expect(stdout).toContain(`✗ ${problem}`)
      const start = await runToEnd('ends-a-span-then-ends.ts', { env })
      expect(start).toMatchObject({ code: 1, stdout: '' })
      expect(start.stderr).toMatch(/^Telemetry was not started: one setting cannot be honoured\.\n .*\n$/)
      expect(start.stderr).toContain(problem)
    },
  )

  it('says that spans go nowhere when export is off', async () => {
    const { code, stdout } = await doctor({ OTEL_TRACES_EXPORTER: 'none' })
    expect({ code, last: stdout.trimEnd().split('\n').at(-1) }).toEqual({
      code: 0,
      last: 'Spans go nowhere: export is turned off.',
    })
  })

  it('explains itself', async () => {
    expect(await doctor({}, '--help')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('Exit codes: 0'),
    })
    expect(await doctor({}, '--jsn')).toMatchObject({ code: 64, stderr: expect.stringContaining('Usage:') })
  })
})
