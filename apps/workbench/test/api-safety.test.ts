import { once } from 'node:events'
import { connect } from 'node:net'
import { request } from 'undici'
import { describe, expect, it, vi } from 'vitest'
import { createApi } from '../src/api/api-app.ts'
import { type IngestGuardOptions, ingestGuard } from '../src/api/ingest-guard.ts'
import { requestGuard } from '../src/api/request-guard.ts'
import { StoreError } from '../src/store/store-error.ts'
import { listen, startApi, testNow } from './api-server.ts'

const token = 'correct horse/battery'

async function statusOf(url: string, headers: Record<string, string>, method = 'GET') {
  const response = await request(url, { method: method as 'GET', headers })
  const text = await response.body.text()
  return { status: response.statusCode, headers: response.headers, text }
}

describe('the API', () => {
  const paths = [
    '/api/stream',
    '/api/health',
    '/api/openapi.json',
    '/api/live',
    '/api/nothing',
    '/traces/x',
    '/nothing',
  ]

  it.each(paths)('refuses pages and names of others at %s', async (path) => {
    await using api = await startApi()
    for (const headers of [{ host: 'rebound.example' }, { origin: 'http://evil.example' }])
      expect((await statusOf(api.url + path, headers)).status).toBe(403)
  })

  it.each(paths)('demands its token at %s, where it has one', async (path) => {
    await using api = await startApi({ token: 'secret' })
    for (const headers of [{}, { authorization: 'Bearer other' }, { cookie: 'linked_traces_token=other' }]) {
      const refused = await statusOf(api.url + path, headers)
      expect(refused.status).toBe(401)
      expect(refused.headers['www-authenticate']).toBe('Bearer realm="workbench"')
      expect(refused.text).not.toContain('secret')
    }
  })

  it('lets in who has the token, by whatever name they call the machine', async () => {
    await using api = await startApi({ token: 'secret' })
    const headers = { authorization: 'Bearer secret', host: 'box.lan' }
    expect((await statusOf(`${api.url}/api/stream`, headers)).status).toBe(200)
  })

  it('gives browsers that open a page with the token a cookie, and takes the token out of the address', async () => {
    await using api = await startApi({ token })
    const opened = await fetch(`${api.url}//evil.example/?token=${encodeURIComponent(token)}&a=1`, {
      redirect: 'manual',
    })
    expect(opened.status).toBe(303)
    expect(opened.headers.get('location')).toBe('/evil.example/?a=1')
    const cookie = opened.headers.get('set-cookie') ?? ''
    expect(cookie).toContain('; HttpOnly; SameSite=Strict')
    const [pair = ''] = cookie.split(';')
    expect((await statusOf(`${api.url}/api/stream`, { cookie: `a=1; ${pair}` })).status).toBe(200)
    expect((await statusOf(`${api.url}/?token=wrong`, {})).status).toBe(401)
  })

  it.each([
    ['/api/traces/%E0%A4%A', 400, 'malformed_address'],
    ['//', 404, 'not_found'],
    ['/api', 404, 'not_found'],
  ])('answers the odd address %s with %i %s', async (path, status, code) => {
    await using api = await startApi({ token: 'secret' })
    const answer = await statusOf(api.url + path, { authorization: 'Bearer secret' })
    expect({ status: answer.status, ...(JSON.parse(answer.text) as object) }).toMatchObject({ status, code })
  })

  it('does not keep a HEAD request waiting for what is live', async () => {
    await using api = await startApi()
    expect((await statusOf(`${api.url}/api/live`, {}, 'HEAD')).status).toBe(405)
  })

  it('answers so many questions at a time, and tells the others to come again', async () => {
    const { promise: answered, resolve: answerAll } = Promise.withResolvers<Uint8Array>()
    const unused = async () => Promise.reject(new Error('Not asked here.'))
    let asked = 0
    const { promise: full, resolve: isFull } = Promise.withResolvers<void>()
    const api = createApi({
      admit: requestGuard('127.0.0.1'),
      now: () => testNow,
      backend: {
        ask() {
          asked++
          if (asked === 32) isFull()
          return answered
        },
        importTraces: unused,
        deleteTraces: unused,
        health: unused,
      },
    })
    const server = await listen(api.app)
    const first = Array.from({ length: 32 }, () => statusOf(`${server.url}/api/stream`, {}))
    await full
    const refused = await statusOf(`${server.url}/api/stream`, {})
    expect(refused).toMatchObject({ status: 503, headers: { 'retry-after': '1' } })
    answerAll(Buffer.from('{}'))
    for (const { status } of await Promise.all(first)) expect(status).toBe(200)
    expect((await statusOf(`${server.url}/api/stream`, {})).status).toBe(200)
    await server.close()
  })

  it('says what keeps the store from answering', async () => {
    const fail = async () =>
      Promise.reject(new StoreError('STORE_FULL', 'The disk is full: free some space.'))
    const backend = { ask: fail, importTraces: fail, deleteTraces: fail, health: fail }
    const api = createApi({ admit: requestGuard('127.0.0.1'), now: () => testNow, backend })
    const server = await listen(api.app)
    const { status, text, headers } = await statusOf(`${server.url}/api/stream`, {})
    expect(status).toBe(503)
    expect(headers['retry-after']).toBe('5')
    expect(JSON.parse(text)).toMatchObject({
      code: 'store_unavailable',
      detail: 'The disk is full: free some space.',
    })
    await server.close()
  })

  it('outlives a sender that goes away within an import', async () => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => {})
    await using api = await startApi()
    const { hostname, port } = new URL(api.url)
    const socket = connect(Number(port), hostname)
    await once(socket, 'connect')
    socket.write(
      `POST /api/import HTTP/1.1\r\nhost: ${hostname}\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{`,
    )
    socket.destroy()
    await once(socket, 'close')
    expect((await statusOf(`${api.url}/api/stream`, {})).status).toBe(200)
    expect(log).not.toHaveBeenCalled()
    log.mockRestore()
  })
})

describe('ingestGuard', () => {
  async function startIngest(options: Partial<IngestGuardOptions> = {}) {
    const guard = ingestGuard({
      listenHost: '127.0.0.1',
      token: undefined,
      allowedOrigins: [],
      ...options,
    })
    return listen((incoming, response) => {
      if (!guard(incoming, response)) response.end('received')
    })
  }

  it('lets services send, whatever they call this machine', async () => {
    const server = await startIngest()
    const sent = await statusOf(server.url, { host: 'host.docker.internal:4318' }, 'POST')
    expect(sent).toMatchObject({ status: 200, text: 'received' })
    expect(sent.headers).not.toHaveProperty('access-control-allow-origin')
    await server.close()
  })

  it('lets the workbench’s own page and the pages that are allowed send', async () => {
    const server = await startIngest({ allowedOrigins: ['https://app.example:8443'] })
    for (const origin of [server.url, 'https://app.example:8443']) {
      const sent = await statusOf(server.url, { origin }, 'POST')
      expect(sent).toMatchObject({
        status: 200,
        headers: { 'access-control-allow-origin': origin, vary: 'origin' },
      })
      const asked = await statusOf(server.url, { origin, 'access-control-request-method': 'POST' }, 'OPTIONS')
      expect(asked).toMatchObject({ status: 204, headers: { 'access-control-allow-methods': 'POST' } })
    }
    await server.close()
  })

  it.each([
    { origin: 'http://evil.example' },
    { origin: 'https://app.example' },
    { origin: 'null' },
    { origin: 'http://rebound.example:4318', host: 'rebound.example:4318' },
  ])('refuses a page of %j', async (headers) => {
    const server = await startIngest({ allowedOrigins: ['https://app.example:8443'] })
    for (const method of ['POST', 'OPTIONS']) {
      const refused = await statusOf(server.url, headers, method)
      expect(refused.status).toBe(403)
      expect(refused.headers).not.toHaveProperty('access-control-allow-origin')
      expect(refused.text).toContain('WORKBENCH_ALLOWED_ORIGINS')
    }
    await server.close()
  })

  it('demands the token of services and pages, but not of preflights', async () => {
    const origin = 'https://app.example'
    const server = await startIngest({ token: 'secret', allowedOrigins: [origin] })
    const authorization = 'Bearer secret'
    expect((await statusOf(server.url, {}, 'POST')).status).toBe(401)
    expect((await statusOf(server.url, { origin }, 'POST')).status).toBe(401)
    expect((await statusOf(server.url, { authorization }, 'POST')).status).toBe(200)
    expect((await statusOf(server.url, { authorization, origin }, 'POST')).status).toBe(200)
    expect((await statusOf(server.url, { origin }, 'OPTIONS')).status).toBe(204)
    await server.close()
  })
})
