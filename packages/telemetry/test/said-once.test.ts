import { startTestReceiver } from '@linked-traces/otlp-receiver/testing'
import { describe, expect, it } from 'vitest'
import { runNode, runToEnd, SOURCE } from './run-node.ts'
import { CERTIFICATE, serveTls } from './serve-tls.ts'

const TOKEN = 'xaat-01234567-89ab-cdef-0123-456789abcdef'
const axiom = (url: string, dataset = 'traces', token = TOKEN) => {
  return { AXIOM_TOKEN: token, AXIOM_DATASET: dataset, AXIOM_EDGE_URL: url }
}
/** Axiom in one region, with a dataset in it, one in another, and one that the token may not write. */
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
      ...(limit && {
        limitFor: () => ({ kind: limit, limit: 1, reset: Math.ceil(Date.now() / 1000) + 600 }),
      }),
    },
  })
}

/** What a process says that ends a span every 50 ms, from its first attempt to the end of the line. */
async function firstLine(env: NodeJS.ProcessEnv, more: NodeJS.ProcessEnv = {}): Promise<string> {
  const child = runNode('tells-its-last-error-every-50-ms.ts', {
    flags: [SOURCE],
    env: { OTEL_BSP_SCHEDULE_DELAY: '50', ...env, ...more },
  })
  const line = await child.complains('\n')
  child.kill('SIGKILL')
  await child.ended
  return line
}

// Side by side, and each starts several processes, one after the other.
describe('what an operator hears when nothing arrives', { timeout: 90_000 }, () => {
  it.concurrent.each([
    ['an invalid token', 'traces', 'xaat-wrong', '401 Unauthorized', 'Set AXIOM_TOKEN to a token of this'],
    [
      'a token that may not',
      'secret',
      TOKEN,
      '403 Forbidden',
      'Let the token of AXIOM_TOKEN ingest into this',
    ],
    [
      'a dataset that is missing',
      'missing',
      TOKEN,
      '404 Not Found',
      'Create the dataset, or set AXIOM_DATASET',
    ],
    ['a dataset of another region', 'european', TOKEN, '400 Bad Request', 'set AXIOM_DOMAIN=eu-central-1.'],
  ])('is status, host, dataset, loss and cure with %s', async (_, dataset, token, status, cure) => {
    await using backend = await startAxiom()
    const line = await firstLine(axiom(backend.url, dataset, token))
    expect(line).toContain(`linked-traces: Axiom dataset ${dataset} at ${backend.url} answered ${status}: `)
    expect(line).toMatch(/; \d+ spans? lost\./)
    expect(line).toContain(cure)
    expect(line).not.toContain(token)
  })

  it.concurrent.each([
    ['rate', 429],
    ['ingest', 430],
  ] as const)('is what waits, and how to send less, with a used-up limit (%s)', async (limit, status) => {
    await using backend = await startAxiom(limit)
    const line = await firstLine(axiom(backend.url))
    expect(line).toMatch(
      new RegExp(`answered ${status}.*: \\w+ limit exceeded; \\d+ spans? waiting to be sent again`),
    )
    expect(line).toContain('Sample with OTEL_TRACES_SAMPLER')
  })

  it.concurrent.each([
    ['refuses', 'answered 403'],
    ['is not there', 'refused the connection'],
  ])('comes soon after health() has it: a backend that %s', async (state, words) => {
    await using backend = await startAxiom()
    const reserved = await startTestReceiver()
    await reserved.close()
    const env = state === 'refuses' ? axiom(backend.url, 'secret') : { WORKBENCH_URL: reserved.url }
    const child = runNode('tells-its-last-error-every-50-ms.ts', {
      flags: [SOURCE],
      env: { OTEL_BSP_SCHEDULE_DELAY: '50', ...env },
    })
    await child.says(words)
    // 1.5 s at the most, by a clock of its own in the unit test; here on whatever machine this is.
    expect(await child.complains(words)).toContain(words)
    child.kill('SIGKILL')
    await child.ended
  })

  it.concurrent('is the same for 413, 5xx and a web page of other backends', async () => {
    await using backend = await startTestReceiver()
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: backend.url }
    backend.respondAlwaysWith({ status: 413 })
    expect(await firstLine(env)).toMatch(/answered 413 .*; \d+ spans? .* Make batches smaller with/)
    backend.respondAlwaysWith({ status: 500 })
    expect(await firstLine(env)).toMatch(/answered 500 .*; \d+ spans? lost\. Its own logs/)
    backend.respondAlwaysWith({ status: 200, headers: { 'content-type': 'text/html' }, body: '<html>' })
    expect(await firstLine(env)).toMatch(/answered 200 OK; \d+ spans? lost\. Something else than an OTLP/)
  })

  it.concurrent('is how long it waited with a backend that hangs', async () => {
    await using backend = await startTestReceiver()
    backend.respondAlwaysWith('hang')
    expect(
      await firstLine({ OTEL_EXPORTER_OTLP_ENDPOINT: backend.url }, { OTEL_EXPORTER_OTLP_TIMEOUT: '300' }),
    ).toMatch(/did not answer within 300 ms; \d+ spans? waiting .* OTEL_EXPORTER_OTLP_TIMEOUT/)
  })

  it.concurrent('is the name that has no address', async () => {
    // RFC 6761: never resolves. Without a network it is the DNS itself that does not answer.
    expect(await firstLine({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector.invalid:4318' })).toMatch(
      /cannot be found: no address for collector\.invalid; \d+ spans? waiting .* DNS/,
    )
  })

  it.concurrent('is where there is no workbench, and what else can be done', async () => {
    const reserved = await startTestReceiver()
    await reserved.close()
    const line = await firstLine({ WORKBENCH_URL: reserved.url })
    expect(line).toContain(
      `There is no workbench on 127.0.0.1:${reserved.port}: start one, set WORKBENCH_URL`,
    )
  })

  it.concurrent('is whom it does not trust, until the certificate is named', async () => {
    let requests = 0
    await using backend = await serveTls((request, response) => {
      requests++
      request.resume().once('end', () => response.end())
    })
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: `https://127.0.0.1:${backend.port}` }
    expect(await firstLine(env)).toMatch(
      /cannot be trusted: self-signed certificate; \d+ spans? waiting .* OTEL_EXPORTER_OTLP_CERTIFICATE/,
    )
    expect(requests).toBe(0)
    const trusting = { ...env, OTEL_EXPORTER_OTLP_CERTIFICATE: CERTIFICATE }
    for (const fixture of ['ends-a-span-then-ends.ts', 'ends-a-span-then-calls-exit.ts']) {
      expect(await runToEnd(fixture, { env: trusting })).toMatchObject({ signal: null, stderr: '' })
    }
    expect(requests).toBe(2)
  })

  it.concurrent('is that there is no TLS where it was asked for', async () => {
    await using backend = await startTestReceiver()
    expect(await firstLine({ OTEL_EXPORTER_OTLP_ENDPOINT: `https://127.0.0.1:${backend.port}` })).toMatch(
      /does not speak TLS; \d+ spans? waiting .* http: instead of https:/,
    )
  })

  it.concurrent('is one line when it is over', async () => {
    await using backend = await startTestReceiver()
    backend.respondWith({ status: 503 }, { status: 503 })
    const child = runNode('tells-its-last-error-every-50-ms.ts', {
      flags: [SOURCE],
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: backend.url, OTEL_BSP_SCHEDULE_DELAY: '50' },
    })
    const said = await child.complains('takes spans again')
    child.kill('SIGKILL')
    await child.ended
    expect(said.trimEnd().split('\n')).toEqual([
      expect.stringMatching(/answered 503 .*; \d+ spans? waiting to be sent again\./),
      expect.stringMatching(/takes spans again, after \d+ seconds?\.$/),
    ])
  })

  it.concurrent('is never the token, however it is asked for', async () => {
    await using backend = await startTestReceiver()
    const body = JSON.stringify({ message: `Bearer ${TOKEN} is not allowed, ${TOKEN}` })
    backend.respondAlwaysWith({ status: 403, headers: { 'content-type': 'application/json' }, body })
    const result = await runToEnd('inspects-everything.ts', {
      flags: [SOURCE],
      env: { ...axiom(backend.url), OTEL_LOG_LEVEL: 'all' },
    })
    expect(result).toMatchObject({ code: 0 })
    expect(backend.requests[0]?.headers.authorization).toBe(`Bearer ${TOKEN}`)
    expect(result.stdout).toContain('Outlets')
    expect(result.stdout).toContain('TelemetryConfigError')
    expect(result.stderr).toContain('OpenTelemetry')
    expect(result.stdout + result.stderr).not.toContain('01234567')
  })
})
