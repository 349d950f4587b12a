import { request } from 'undici'
import { describe, expect, it } from 'vitest'
import type { AxiomLimit, AxiomMode } from '../src/index.ts'
import { startTestReceiver } from '../src/testing.ts'

const axiom: AxiomMode = {
  region: 'us-east-1',
  tokens: { 'xaat-all': '*', 'xaat-traces': ['traces'], 'xapt-personal': '*' },
  datasets: {
    traces: { region: 'us-east-1' },
    metrics: { region: 'us-east-1' },
    abroad: { region: 'eu-central-1' },
  },
}

const send = async (url: string, headers: Record<string, string>, path = '/v1/traces') => {
  const response = await request(`${url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-protobuf', ...headers },
    body: Buffer.alloc(0),
  })
  const body = await response.body.text()
  return { status: response.statusCode, headers: response.headers, body }
}

const bearer = (token: string, dataset?: string) => ({
  authorization: `Bearer ${token}`,
  ...(dataset !== undefined && { 'x-axiom-dataset': dataset }),
})

describe('createOtlpReceiver with axiom', () => {
  it('takes an export with a token that may send to its dataset', async () => {
    await using receiver = await startTestReceiver({ axiom })
    for (const headers of [bearer('xaat-all', 'traces'), bearer('xaat-traces', 'traces')]) {
      expect(await send(receiver.url, headers)).toMatchObject({ status: 200, body: '' })
    }
    const metrics = { ...bearer('xaat-all'), 'x-axiom-metrics-dataset': 'metrics' }
    expect(await send(receiver.url, metrics, '/v1/metrics')).toMatchObject({ status: 200 })
  })

  it.each([
    ['no token', {}, 401, 'auth token not provided'],
    ['a token of another scheme', { authorization: 'Basic xaat-all' }, 401, 'auth token not provided'],
    ['an unknown token', bearer('xaat-nobody', 'traces'), 401, 'Unauthorized'],
    ['a name every object has for a token', bearer('constructor', 'traces'), 401, 'Unauthorized'],
    ['a personal token', bearer('xapt-personal', 'traces'), 401, 'Unauthorized'],
    ['no dataset', bearer('xaat-all'), 400, 'X-Axiom-Dataset header is required'],
    ['an empty dataset', bearer('xaat-all', ''), 400, 'X-Axiom-Dataset header is required'],
    ['a dataset the token may not send to', bearer('xaat-traces', 'metrics'), 403, 'Forbidden'],
    ['a dataset that does not exist', bearer('xaat-all', 'nowhere'), 404, 'Not found'],
    [
      'a dataset on another edge',
      bearer('xaat-all', 'abroad'),
      400,
      'dataset must use the eu-central-1 edge deployment domain',
    ],
  ] as const)('refuses %s', async (_, headers, code, message) => {
    await using receiver = await startTestReceiver({ axiom })
    const answer = await send(receiver.url, headers)
    expect([answer.status, JSON.parse(answer.body)]).toEqual([code, { code, message }])
    expect(answer.headers).toMatchObject({
      'content-type': 'application/json',
      'x-axiom-trace-id': expect.stringMatching(/^[0-9a-f]{32}$/),
    })
  })

  it('wants the dataset of metrics in a header of its own', async () => {
    await using receiver = await startTestReceiver({ axiom })
    expect(await send(receiver.url, bearer('xaat-all', 'metrics'), '/v1/metrics')).toMatchObject({
      status: 400,
      body: '{"code":400,"message":"X-Axiom-Metrics-Dataset header is required"}',
    })
  })

  it.each([
    [
      { kind: 'rate', scope: 'user', limit: 60, reset: 1_764_000_060 },
      429,
      'rate limit exceeded',
      {
        'x-ratelimit-scope': 'user',
        'x-ratelimit-limit': '60',
        'x-ratelimit-remaining': '0',
        'x-ratelimit-reset': '1764000060',
      },
    ],
    [
      { kind: 'ingest', limit: 500, reset: 1_764_000_060 },
      430,
      'ingest limit exceeded',
      {
        'x-ingestlimit-limit': '500',
        'x-ingestlimit-remaining': '0',
        'x-ingestlimit-reset': '1764000060',
      },
    ],
  ] as const)('runs into a limit of the kind %j', async (limit: AxiomLimit, code, message, headers) => {
    let used = 0
    const limited: AxiomMode = { ...axiom, limitFor: () => (++used > 1 ? limit : undefined) }
    await using receiver = await startTestReceiver({ axiom: limited })
    expect((await send(receiver.url, bearer('xaat-all', 'traces'))).status).toBe(200)
    const answer = await send(receiver.url, bearer('xaat-all', 'traces'))
    expect([answer.status, JSON.parse(answer.body)]).toEqual([code, { code, message }])
    expect(answer.headers).toMatchObject(headers)
  })

  it('answers a body it cannot decode as OTLP says', async () => {
    await using receiver = await startTestReceiver({ axiom })
    const response = await request(`${receiver.url}/v1/traces`, {
      method: 'POST',
      headers: { ...bearer('xaat-all', 'traces'), 'content-type': 'application/json' },
      body: 'nonsense',
    })
    expect([response.statusCode, await response.body.json()]).toMatchObject([400, { code: 3 }])
  })
})
