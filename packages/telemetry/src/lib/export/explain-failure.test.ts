import { describe, expect, it } from 'vitest'
import { axiomRefusal } from '../axiom/axiom-refusal.ts'
import { Secret } from '../config/secret.ts'
import type { Destination } from '../config/telemetry-config.ts'
import type { Answer } from './explain-failure.ts'
import { explainAnswer, explainError } from './explain-failure.ts'

const AXIOM: Destination = {
  kind: 'axiom',
  url: 'https://us-east-1.aws.edge.axiom.co/v1/traces',
  headers: { Authorization: new Secret('Bearer xaat-0123'), 'X-Axiom-Dataset': 'traces' },
  protocol: 'http/protobuf',
  compression: 'gzip',
  timeoutMillis: 10_000,
  dataset: 'traces',
}
const WORKBENCH: Destination = {
  ...AXIOM,
  kind: 'workbench',
  url: 'http://127.0.0.1:4318/v1/traces',
  headers: {},
}
const OTLP: Destination = { ...AXIOM, kind: 'otlp', url: 'https://collector.example/v1/traces' }

const NOW = Date.parse('2026-11-22T12:00:00Z')
const answered = (status: number, headers: Record<string, string | undefined> = {}, body = ''): Answer => {
  return { status, statusText: '', header: (name) => headers[name], body }
}
const json = (status: number, message: string) => {
  return answered(status, { 'content-type': 'application/json' }, JSON.stringify({ message }))
}
const systemError = (code: string) => Object.assign(new Error(`${code} somewhere`), { code })

describe('explainAnswer', () => {
  it.each([
    [401, 'auth token not provided', /^Set AXIOM_TOKEN/],
    [403, 'Forbidden', /AXIOM_TOKEN ingest/],
    [404, 'Not found', /AXIOM_DATASET/],
    [400, 'must use the eu-central-1 edge deployment domain', /AXIOM_DOMAIN/],
    [413, 'too large', /OTEL_BSP_MAX_EXPORT_BATCH_SIZE/],
    [429, 'rate limit exceeded', /OTEL_TRACES_SAMPLER/],
    [430, 'quota exceeded', /OTEL_TRACES_SAMPLER/],
  ])('knows the cure for what Axiom refuses with %i', (status, message, cure) => {
    const failure = explainAnswer(AXIOM, json(status, message), NOW, axiomRefusal)
    expect(failure.words).toBe(`answered ${status}: ${message}`)
    expect(failure.cure).toMatch(cure)
  })

  it.each([
    [401, /OTEL_EXPORTER_OTLP_HEADERS/],
    [404, /\/v1\/traces/],
    [405, /\/v1\/traces/],
    [415, /OTEL_EXPORTER_OTLP_PROTOCOL/],
    [302, /check the address/],
    [413, /OTEL_BSP_MAX_EXPORT_BATCH_SIZE/],
    [429, /OTEL_TRACES_SAMPLER/],
    [500, /logs/],
    [418, /^$/],
  ])('knows the cure for what other backends refuse with %i', (status, cure) => {
    expect(explainAnswer(OTLP, answered(status), NOW).cure).toMatch(cure)
  })

  it.each([
    ['7', 7000],
    ['Sun, 22 Nov 2026 12:01:00 GMT', 60_000],
    ['Sun, 22 Nov 2026 11:00:00 GMT', 0],
    ['soon', undefined],
    [undefined, undefined],
  ])('understands a Retry-After of %j', (retryAfter, millis) => {
    expect(explainAnswer(OTLP, answered(503, { 'retry-after': retryAfter }), NOW)).toMatchObject({
      outcome: 'retry',
      retryAfterMillis: millis,
    })
  })

  it('has an export repeated that a used-up quota of Axiom refused, when the quota is renewed', () => {
    const reset = String(NOW / 1000 + 90)
    expect(
      explainAnswer(AXIOM, answered(430, { 'x-ingestlimit-reset': reset }), NOW, axiomRefusal),
    ).toMatchObject({
      outcome: 'retry',
      retryAfterMillis: 90_000,
    })
    expect(explainAnswer(OTLP, answered(430), NOW).outcome).toBe('refused')
  })

  it('never repeats a token, with or without its scheme', () => {
    const { words } = explainAnswer(AXIOM, json(403, 'Bearer xaat-0123: xaat-0123 is not allowed'), NOW)
    expect(words).toBe('answered 403: <redacted>: <redacted> is not allowed')
  })

  it('puts the words of a backend on one line of bounded length', () => {
    const { words } = explainAnswer(OTLP, json(500, `\u001b[31mred\nline\u0000 ${'x'.repeat(1000)}`), NOW)
    expect(words).toMatch(/^answered 500: \[31mred line x+…$/)
    expect(words.length).toBeLessThan(230)
  })

  it.each([
    ['text/html', '<h1>Bad gateway</h1>'],
    ['application/json', 'not json'],
    ['application/json', '{"message":{}}'],
    ['application/json', 'null'],
    ['application/x-protobuf', '\b\u0003'],
  ])('does without the words of a body in %s such as %j', (contentType, body) => {
    expect(explainAnswer(OTLP, answered(400, { 'content-type': contentType }, body), NOW).words).toBe(
      'answered 400',
    )
  })
})

describe('explainError', () => {
  it('says what to do when there is no workbench', () => {
    expect(explainError(WORKBENCH, systemError('ECONNREFUSED'))).toMatchObject({
      outcome: 'retry',
      words: 'refused the connection',
      cure: expect.stringMatching(
        /^There is no workbench on 127\.0\.0\.1:4318: start one, set WORKBENCH_URL .* or turn export off/,
      ),
      unreachable: true,
    })
  })

  it.each([
    ['ECONNREFUSED', 'refused the connection', true],
    ['ENOTFOUND', 'cannot be found: no address for collector.example', true],
    ['EAI_AGAIN', 'cannot be found: no address for collector.example', true],
    ['ENETUNREACH', 'cannot be reached: no route to collector.example', true],
    ['EHOSTUNREACH', 'cannot be reached: no route to collector.example', true],
    ['ETIMEDOUT', 'did not answer within 10000 ms', false],
    ['ECONNRESET', 'could not be sent to: ECONNRESET somewhere', false],
    ['CERT_HAS_EXPIRED', 'cannot be trusted: CERT_HAS_EXPIRED somewhere', false],
    ['EPROTO', 'does not speak TLS', false],
  ])('puts %s into words', (code, words, unreachable) => {
    expect(explainError(OTLP, systemError(code))).toMatchObject({
      outcome: 'retry',
      cause: code,
      words,
      unreachable,
    })
  })

  it.each([
    ['DEPTH_ZERO_SELF_SIGNED_CERT', /OTEL_EXPORTER_OTLP_CERTIFICATE/],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', /OTEL_EXPORTER_OTLP_CERTIFICATE/],
    ['CERT_HAS_EXPIRED', /Renew/],
    ['ERR_TLS_CERT_ALTNAME_INVALID', /name/],
    ['EPROTO', /http:/],
  ])('knows what to do about %s', (code, cure) => {
    expect(explainError(OTLP, systemError(code)).cure).toMatch(cure)
  })

  it('puts whatever else was thrown into words', () => {
    expect(explainError(AXIOM, 'xaat-0123')).toMatchObject({
      cause: 'error',
      words: 'could not be sent to: <redacted>',
    })
  })
})
