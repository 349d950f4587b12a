import { once } from 'node:events'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { startTestReceiver } from '@linked-traces/otlp-receiver/testing'
import { ServiceProcess } from '@linked-traces/service/testing'
import { request } from 'undici'
import { describe, expect, it, onTestFinished } from 'vitest'

const CALLER = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' }
const traceparent = `00-${CALLER.traceId}-${CALLER.spanId}-01`
const INTERNAL = 1
const SERVER = 2

/** dice as `pnpm start` runs it, and the workbench's stand-in that gets its spans. */
async function startDice() {
  const receiver = await startTestReceiver()
  onTestFinished(() => receiver.close())
  const args = ['--import', './src/telemetry.ts', 'src/server.ts']
  const env = { DICE_PORT: '0', WORKBENCH_URL: receiver.url }
  const service = new ServiceProcess(new URL('..', import.meta.url), args, env)
  onTestFinished(() => void service.stop('SIGKILL'))
  const url = await service.url()
  return {
    url,
    /** Ends dice, and gives the spans it had made. */
    async end() {
      expect(await service.stop()).toEqual({
        code: 0,
        signal: null,
        stdout: `dice listens on ${url}\n`,
        stderr: '',
      })
      return receiver.spans()
    },
  }
}

describe('dice', () => {
  it("continues the caller's trace on /rolldice, and rolls in a span of its own", async () => {
    const { url, end } = await startDice()
    const { headers, body } = await request(`${url}/rolldice`, { headers: { traceparent } })
    expect(await body.text()).toMatch(/^[1-6]$/)
    expect(headers).not.toHaveProperty('traceresponse')
    const spans = await end()
    const server = spans.find(({ kind }) => kind === SERVER)
    expect(spans).toHaveLength(2)
    expect(server).toMatchObject({
      name: 'GET /rolldice',
      traceId: CALLER.traceId,
      parentSpanId: CALLER.spanId,
      links: [],
      resource: { 'service.name': 'dice' },
      attributes: { 'http.route': '/rolldice', 'http.response.status_code': 200 },
    })
    expect(spans.find(({ kind }) => kind === INTERNAL)).toMatchObject({
      name: 'roll_dice_span',
      traceId: CALLER.traceId,
      parentSpanId: server?.spanId,
      links: [],
      scope: { name: 'service1' },
    })
  })

  it('starts a trace on /roll_with_link that is linked to the caller, and names it in its answer', async () => {
    const { url, end } = await startDice()
    const { headers, body } = await request(`${url}/roll_with_link`, { headers: { traceparent } })
    expect(await body.text()).toMatch(/^[1-6]$/)
    const spans = await end()
    const server = spans.find(({ kind }) => kind === SERVER)
    expect(spans).toHaveLength(2)
    expect(server).toMatchObject({
      name: 'GET /roll_with_link',
      parentSpanId: '',
      links: [{ ...CALLER, attributes: { 'linked_traces.relation': 'caller' } }],
    })
    expect(server?.traceId).not.toBe(CALLER.traceId)
    expect(spans.find(({ kind }) => kind === INTERNAL)).toMatchObject({
      name: 'roll_dice_span',
      traceId: server?.traceId,
      parentSpanId: server?.spanId,
      links: [],
    })
    expect(headers.traceresponse).toBe(`00-${server?.traceId}-${server?.spanId}-03`)
    expect(headers['server-timing']).toBe(`trace;desc=${headers.traceresponse}`)
  })

  it('cannot be made to continue a trace on /roll_with_link by writing its address in another form', async () => {
    const { url, end } = await startDice()
    const { port } = new URL(url)
    for (const target of [
      `http://127.0.0.1:${port}/roll_with_link`,
      '/roll_with_link?x',
      '/roll_with_link#x',
    ]) {
      const socket = connect(Number(port), '127.0.0.1')
      await once(socket, 'connect')
      socket.end(
        `GET ${target} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ntraceparent: ${traceparent}\r\n\r\n`,
      )
      expect(await text(socket)).toMatch(/^HTTP\/1.1 200 /)
    }
    const servers = (await end()).filter(({ kind }) => kind === SERVER)
    expect(servers).toMatchObject([1, 2, 3].map(() => ({ parentSpanId: '', links: [CALLER] })))
  })

  it('makes no spans of health checks', async () => {
    const { url, end } = await startDice()
    for (const path of ['/healthz', '/readyz']) {
      const { statusCode, body } = await request(url + path, { headers: { traceparent } })
      expect([statusCode, await body.text()]).toEqual([200, 'ok'])
    }
    await request(`${url}/rolldice`).then(({ body }) => body.dump())
    expect((await end()).map(({ name }) => name).sort()).toEqual(['GET /rolldice', 'roll_dice_span'])
  })
})
