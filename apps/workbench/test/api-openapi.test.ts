import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import { request } from 'undici'
import { describe, expect, it } from 'vitest'
import { openApiDocument } from '../src/api/openapi/open-api-document.ts'
import { exampleIds, type Parameter } from '../src/api/openapi/parameters.ts'
import { StoreError } from '../src/store/store-error.ts'
import { type ApiServer, startApi } from './api-server.ts'
import { otlpJson } from './otlp-json.ts'

type Media = {
  readonly schema: { readonly $ref?: string }
  readonly example?: unknown
  readonly examples?: Readonly<Record<string, { value: { status: number }; 'x-request': string }>>
}
type Answer = { readonly $ref?: string; readonly content?: Readonly<Record<string, Media>> }
type Operation = {
  readonly parameters: readonly Parameter[]
  readonly requestBody?: { readonly content: Readonly<Record<string, Media>> }
  readonly responses: Readonly<Record<string, Answer>>
}

const operations = Object.entries(openApiDocument.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({
    method: method.toUpperCase(),
    path,
    operation: operation as unknown as Operation,
  })),
)

const ajv = new Ajv2020({
  strict: false,
  formats: { 'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/ },
})
ajv.addSchema(openApiDocument, 'document')
const validator = (ref: string): ValidateFunction => ajv.compile({ $ref: `document${ref}` })

const path = (template: string, parameters: readonly Parameter[]): string =>
  parameters
    .filter((parameter) => parameter.in === 'path')
    .reduce((filled, { name, example }) => filled.replace(`{${name}}`, String(example)), template)

function queryOf({ name, example }: Parameter): string {
  const values = Array.isArray(example) ? example : [example]
  return new URLSearchParams(values.map((value) => [name, String(value)])).toString()
}

/** Every request that the document shows. */
const requests = operations.flatMap(({ method, path: template, operation }) => {
  const plain = path(template, operation.parameters)
  const queries = operation.parameters.filter((parameter) => parameter.in === 'query').map(queryOf)
  const targets = [plain, ...queries.map((query) => `${plain}?${query}`)]
  return targets.map((target) => ({ method, target, operation }))
})

const problems = operations.flatMap(({ operation }) =>
  Object.values(operation.responses).flatMap(({ content }) =>
    Object.entries(content?.['application/problem+json']?.examples ?? {}).map(([code, example]) => ({
      code,
      target: example['x-request'],
      problem: example.value,
    })),
  ),
)

const failures = [
  { code: 'STORE_DAMAGED', status: 500, response: 'StoreDamaged', problem: 'store_damaged' },
  { code: 'STORE_FULL', status: 503, response: 'StoreUnavailable', problem: 'store_unavailable' },
] as const

const storeAnswers = operations
  .filter(({ path: template }) => template !== '/api/openapi.json')
  .flatMap((operation) => failures.map((failure) => ({ ...operation, ...failure })))

async function startDocumented(): Promise<ApiServer> {
  const api = await startApi()
  const { traceId, spanId, linkedTraceId, linkedSpanId } = exampleIds
  await api.receive(
    otlpJson('gateway', [
      {
        traceId: linkedTraceId,
        spanId: linkedSpanId,
        name: 'GET',
        kind: 3,
        attributes: { 'url.full': 'http://127.0.0.1:8081/roll_with_link', 'app.attempt': 1 },
        links: [{ traceId, spanId, relation: 'callee' }],
      },
    ]),
  )
  await api.receive(
    otlpJson('dice', [
      {
        traceId,
        spanId,
        name: 'GET /roll_with_link',
        kind: 2,
        at: 2,
        millis: 3,
        error: 'the die fell off the table',
        attributes: { 'http.request.method': 'GET', 'http.response.status_code': 500 },
        links: [{ traceId: linkedTraceId, spanId: linkedSpanId, relation: 'caller' }],
      },
    ]),
  )
  return api
}

describe('openApiDocument', () => {
  it('is served', async () => {
    await using api = await startApi()
    expect(await api.get('/api/openapi.json')).toEqual(JSON.parse(JSON.stringify(openApiDocument)))
  })

  it.each(Object.keys(openApiDocument.components.schemas))('has a schema %s that compiles', (name) => {
    expect(() => validator(`#/components/schemas/${name}`)).not.toThrow()
  })

  it.each(requests)('$method $target is answered as documented', async ({ method, target, operation }) => {
    await using api = await startDocumented()
    const { content } = operation.responses['200'] ?? {}
    if (content?.['text/event-stream']) {
      const stream = await fetch(api.url + target, { signal: AbortSignal.timeout(10_000) })
      expect(stream.status).toBe(200)
      expect(stream.headers.get('content-type')).toBe('text/event-stream')
      await stream.body?.cancel()
      return
    }
    const body = operation.requestBody?.content['application/json']?.example
    const response = await request(api.url + target, {
      method: method as 'GET',
      ...(body !== undefined && {
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    })
    const answer = await response.body.json()
    expect({ status: response.statusCode, answer }).toMatchObject({ status: 200 })
    expect(response.headers['content-type']).toMatch(/^application\/json/)
    const schema = content?.['application/json']?.schema.$ref
    if (schema === undefined) return
    const validate = validator(schema)
    validate(answer)
    expect(validate.errors).toBeNull()
  })

  it.each(problems)('$target is answered with the problem $code', async ({ target, code, problem }) => {
    await using api = await startDocumented()
    const response = await fetch(api.url + target)
    expect(response.headers.get('content-type')).toBe('application/problem+json')
    expect(response.status).toBe(problem.status)
    expect(await response.json()).toEqual(problem)
    expect(problem).toMatchObject({ code })
  })

  it.each(storeAnswers)('$method $path is answered with $problem as documented', async (asked) => {
    const { method, path: template, operation, code, status, response: name, problem } = asked
    expect(operation.responses[status]).toEqual({ $ref: `#/components/responses/${name}` })
    const documented = openApiDocument.components.responses[name]
    const example = documented.content['application/problem+json'].examples[problem]?.value
    const fail = async (): Promise<never> => {
      throw new StoreError(code, String(example?.detail))
    }
    const backend = { ask: fail, importTraces: fail, deleteTraces: fail, health: fail }
    await using api = await startApi({ backend })
    const isImport = operation.requestBody !== undefined
    const answer = await fetch(api.url + path(template, operation.parameters), {
      method,
      ...(isImport && { headers: { 'content-type': 'application/json' }, body: '{}' }),
    })
    expect(answer.headers.get('content-type')).toBe('application/problem+json')
    expect({ status: answer.status, body: await answer.json() }).toEqual({ status, body: example })
    expect(answer.headers.has('retry-after')).toBe('headers' in documented)
  })

  it('documents every address the API has, and none it has not', async () => {
    await using api = await startDocumented()
    for (const { path: template, operation } of operations) {
      const { status, headers } = await fetch(api.url + path(template, operation.parameters), {
        method: 'PATCH',
      })
      const allowed = (headers.get('allow') ?? '').split(', ').filter((method) => method !== 'HEAD')
      const documented = operations.filter((other) => other.path === template).map(({ method }) => method)
      expect({ template, status, allowed: allowed.sort() }).toEqual({
        template,
        status: 405,
        allowed: documented.sort(),
      })
    }
  })
})
