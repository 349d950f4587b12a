import { startTestReceiver } from '@linked-traces/otlp-receiver/testing'
import { ServiceProcess } from '@linked-traces/service/testing'
import { request } from 'undici'
import { describe, expect, it, onTestFinished } from 'vitest'
import { closedPort, listenUntilDone } from './support/listen-until-done.ts'

const CALLEE = { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7' }
const INTERNAL = 1
const SERVER = 2
const CLIENT = 3
const ERROR = 2

/** gateway as `pnpm start` runs it, and the workbench's stand-in that gets its spans. */
async function startGateway(diceUrl: string, settings: Record<string, string> = {}) {
  const receiver = await startTestReceiver()
  onTestFinished(() => receiver.close())
  const args = ['--import', './src/telemetry.ts', 'src/server.ts']
  const env = {
    GATEWAY_PORT: '0',
    DICE_URL: diceUrl,
    // No test but those of the deadline itself depends on how fast the machine is.
    DICE_TIMEOUT_MS: '60000',
    WORKBENCH_URL: receiver.url,
    ...settings,
  }
  const service = new ServiceProcess(new URL('..', import.meta.url), args, env)
  onTestFinished(() => void service.stop('SIGKILL'))
  const url = await service.url()
  return {
    url,
    service,
    workbenchUrl: receiver.url,
    /** Ends the gateway, and gives the spans it had made, by kind. */
    async end(stderr = '') {
      const end = await service.stop()
      expect(end).toEqual({ code: 0, signal: null, stdout: `gateway listens on ${url}\n`, stderr })
      const spans = receiver.spans()
      const byKind = (kind: number) => spans.find((span) => span.kind === kind)
      return { spans, server: byKind(SERVER), parent: byKind(INTERNAL), client: byKind(CLIENT) }
    },
  }
}

/** A dice that notes the trace context it is sent, and that starts a trace of its own where it is asked to. */
async function startDice() {
  const received: (string | string[] | undefined)[] = []
  const url = await listenUntilDone((request, response) => {
    received.push(request.headers.traceparent)
    if (request.url === '/roll_with_link') {
      response.setHeader('traceresponse', `00-${CALLEE.traceId}-${CALLEE.spanId}-01`)
      response.setHeader('server-timing', `trace;desc=00-${CALLEE.traceId}-${CALLEE.spanId}-01`)
    }
    response.end('4')
  })
  return { url, received }
}

describe('gateway', () => {
  it('rolls in one trace on /rolldice', async () => {
    const dice = await startDice()
    const { url, end } = await startGateway(dice.url)
    expect(await (await request(`${url}/rolldice`)).body.text()).toBe('4')
    const { spans, server, client } = await end()
    expect(spans).toHaveLength(2)
    expect(server).toMatchObject({
      name: 'GET /rolldice',
      parentSpanId: '',
      links: [],
      resource: { 'service.name': 'gateway' },
      attributes: { 'http.route': '/rolldice', 'http.response.status_code': 200 },
    })
    expect(client).toMatchObject({ traceId: server?.traceId, parentSpanId: server?.spanId, links: [] })
    expect(dice.received).toEqual([`00-${client?.traceId}-${client?.spanId}-03`])
  })

  it("links the call on /roll_with_link to the root of dice's own trace", async () => {
    const dice = await startDice()
    const { url, end } = await startGateway(dice.url)
    const { body } = await request(`${url}/roll_with_link`)
    expect(await body.text()).toBe('Dice roll result (with link): 4')
    const { spans, server, parent, client } = await end()
    expect(spans).toHaveLength(3)
    expect(server).toMatchObject({ name: 'GET /roll_with_link', parentSpanId: '', links: [] })
    expect(parent).toMatchObject({
      name: 'parent_span',
      traceId: server?.traceId,
      parentSpanId: server?.spanId,
      links: [],
      scope: { name: 'service1' },
    })
    expect(client).toMatchObject({
      traceId: server?.traceId,
      parentSpanId: parent?.spanId,
      links: [{ ...CALLEE, attributes: { 'linked_traces.relation': 'callee' } }],
    })
    expect(dice.received).toEqual([`00-${client?.traceId}-${client?.spanId}-03`])
  })

  it('tells where both traces are to be seen', async () => {
    const dice = await startDice()
    const { url, workbenchUrl, end } = await startGateway(dice.url)
    const headers = { accept: 'application/json' }
    const linked = await (await request(`${url}/roll_with_link`, { headers })).body.json()
    const { server } = await end()
    expect(linked).toEqual({
      result: 4,
      traces: {
        gateway: { traceId: server?.traceId, url: `${workbenchUrl}/traces/${server?.traceId}` },
        dice: { traceId: CALLEE.traceId, url: `${workbenchUrl}/traces/${CALLEE.traceId}` },
      },
    })
  })

  it('tells of one trace where there is one', async () => {
    const dice = await startDice()
    const { url, workbenchUrl, end } = await startGateway(dice.url)
    const answer = await request(`${url}/rolldice`, { headers: { accept: 'application/json' } })
    const traces = await answer.body.json()
    const { server } = await end()
    expect(traces).toEqual({
      result: 4,
      traces: { gateway: { traceId: server?.traceId, url: `${workbenchUrl}/traces/${server?.traceId}` } },
    })
  })

  it('links the tally to the rolls that were done when one failed, and says how many are missing', async () => {
    let asked = 0
    const dice = await listenUntilDone((_request, response) => {
      asked += 1
      if (asked === 2) response.writeHead(500)
      else response.setHeader('traceresponse', `00-${CALLEE.traceId}-00000000000000a${asked}-01`)
      response.end('4')
    })
    const { url, end } = await startGateway(dice)
    expect((await request(`${url}/roll_many?count=3`)).statusCode).toBe(502)
    const { spans, server } = await end()
    expect(server?.status.code).toBe(ERROR)
    const tally = spans.find(({ name }) => name === 'tally')
    expect(tally?.status).toEqual({ code: ERROR, message: '1 of 3 rolls are missing' })
    expect(tally?.links.map(({ spanId }) => spanId).sort()).toEqual(['00000000000000a1', '00000000000000a3'])
    expect(tally?.links.map(({ attributes }) => attributes['linked_traces.relation'])).toEqual([
      'part',
      'part',
    ])
  })

  it('counts the links that a smaller limit of links leaves no room for', async () => {
    let asked = 0
    const dice = await listenUntilDone((_request, response) => {
      asked += 1
      response.setHeader('traceresponse', `00-${CALLEE.traceId}-00000000000000a${asked}-01`).end('4')
    })
    const { url, end } = await startGateway(dice, { OTEL_SPAN_LINK_COUNT_LIMIT: '3' })
    expect((await request(`${url}/roll_many?count=5`)).statusCode).toBe(200)
    const told = 'linked-traces: OpenTelemetry warning: Dropped 2 links because linkCountLimit reached\n'
    const tally = (await end(told)).spans.find(({ name }) => name === 'tally')
    expect(tally?.links).toHaveLength(3)
    expect(tally?.droppedLinksCount).toBe(2)
  })

  it('shows in the trace why it could not roll', async () => {
    const { url, end } = await startGateway(await closedPort())
    expect((await request(`${url}/roll_with_link`)).statusCode).toBe(502)
    const { server, parent, client } = await end()
    expect(server).toMatchObject({
      attributes: { 'http.response.status_code': 502 },
      status: { code: ERROR },
    })
    expect(parent).toMatchObject({ name: 'parent_span', status: { code: ERROR } })
    expect(client).toMatchObject({ attributes: { 'error.type': 'ECONNREFUSED' }, status: { code: ERROR } })
  })

  it('names its deadline in the span of a call that was too slow', async () => {
    const { url, end } = await startGateway(await listenUntilDone(() => {}), { DICE_TIMEOUT_MS: '150' })
    expect((await request(`${url}/rolldice`)).statusCode).toBe(504)
    expect((await end()).client).toMatchObject({ attributes: { 'error.type': 'dice_timeout' } })
  })

  it('makes no spans of health checks, which do not depend on dice', async () => {
    const { url, end } = await startGateway(await closedPort())
    for (const path of ['/healthz', '/readyz']) {
      const { statusCode, body } = await request(url + path)
      expect([statusCode, await body.text()]).toEqual([200, 'ok'])
    }
    expect((await end()).spans).toEqual([])
  })

  it('answers the request in flight when it is stopped, and delivers its spans', async () => {
    const asked = Promise.withResolvers<void>()
    const roll = Promise.withResolvers<void>()
    const dice = await listenUntilDone(async (_request, response) => {
      asked.resolve()
      await roll.promise
      response.end('4')
    })
    const { url, service, end } = await startGateway(dice)
    const answer = request(`${url}/rolldice`)
    await asked.promise
    service.child.kill('SIGTERM')
    // The port closes first; until then the stop has not begun.
    await expect
      .poll(() => request(`${url}/healthz`).catch((error) => error.code), { timeout: 15_000 })
      .toBe('ECONNREFUSED')
    roll.resolve()
    expect(await (await answer).body.text()).toBe('4')
    await service.ended
    expect((await end()).server).toMatchObject({ attributes: { 'http.response.status_code': 200 } })
  })

  it('does at once, when it is stopped, what it was going to do later', async () => {
    const dice = await startDice()
    const { url, end } = await startGateway(dice.url)
    const { statusCode, body } = await request(`${url}/roll_later?delay=10000`, { method: 'POST' })
    await body.dump()
    expect(statusCode).toBe(202)
    const { spans, server, parent } = await end()
    expect(parent).toMatchObject({
      name: 'roll later',
      parentSpanId: '',
      status: { code: 0 },
      links: [{ traceId: server?.traceId, attributes: { 'linked_traces.relation': 'origin' } }],
    })
    expect(spans.map(({ name }) => name).sort()).toEqual(['GET', 'POST /roll_later', 'roll later'])
  })

  it('says how many jobs it broke off when they take too long', async () => {
    const asked = Promise.withResolvers<void>()
    const { url, service } = await startGateway(await listenUntilDone(() => asked.resolve()))
    await request(`${url}/roll_later?delay=0`, { method: 'POST' }).then(({ body }) => body.dump())
    await asked.promise
    expect(await service.stop()).toMatchObject({
      code: 1,
      stderr: 'gateway broke off 1 unfinished job(s) after 4000 ms.\n',
    })
  })

  it('says at once what is wrong with its settings, and ends with 1', async () => {
    const args = ['--import', './src/telemetry.ts', 'src/server.ts']
    const env = { GATEWAY_PORT: 'http', DICE_URL: 'http://me:s3cret@dice', OTEL_TRACES_EXPORTER: 'none' }
    const service = new ServiceProcess(new URL('..', import.meta.url), args, env)
    onTestFinished(() => void service.stop('SIGKILL'))
    expect(await service.ended).toEqual({
      code: 1,
      signal: null,
      stdout: '',
      stderr: [
        'GATEWAY_PORT: expected a whole number from 0 to 65535, received "http". Leave it unset for 8080.\n',
        'DICE_URL: expected an http:// or https:// address without credentials, query or fragment, received "http://<redacted>@dice". Write it like http://127.0.0.1:8080.\n',
      ].join(''),
    })
  })
})
