import { startTestReceiver, type TestReceiver } from '@linked-traces/otlp-receiver/testing'
import { describe, expect, it } from 'vitest'
import { here, runNode, SOURCE } from './run-node.ts'

const CALLER = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' }
const traceparent = `00-${CALLER.traceId}-${CALLER.spanId}-01`

/** An example as its first comment says to run it. */
function start(example: string, receiver: TestReceiver, env: NodeJS.ProcessEnv = {}) {
  return runNode(here(`../examples/${example}.ts`), {
    flags: [SOURCE, '--import', here('../examples/telemetry.ts')],
    env: { WORKBENCH_URL: receiver.url, PORT: '0', ...env },
  })
}

/** Runs an example that serves; gives what it answers, and the spans it had delivered when it was gone. */
async function serve(example: string, requests: readonly (readonly [method: string, path: string])[]) {
  await using receiver = await startTestReceiver()
  const service = start(example, receiver)
  await service.says('http://127.0.0.1:')
  const url = service.stdout().trim()
  const answers: string[] = []
  for (const [method, path] of requests) {
    const response = await fetch(url + path, { method, headers: { traceparent } })
    answers.push(`${response.status} ${await response.text()}`)
  }
  service.kill('SIGTERM')
  expect(await service.ended).toMatchObject({ code: 0, stderr: '' })
  return { answers, spans: receiver.spans() }
}

const continued = (name: string) => ({
  name,
  traceId: CALLER.traceId,
  parentSpanId: CALLER.spanId,
  links: [],
})
const linked = (name: string, relation: string) => ({
  name,
  traceId: expect.not.stringMatching(CALLER.traceId),
  parentSpanId: '',
  links: [{ ...CALLER, attributes: { 'linked_traces.relation': relation } }],
})

describe('examples/http', () => {
  it('answers in a span of its caller, and without one to its health check', async () => {
    const { answers, spans } = await serve('http', [
      ['GET', '/healthz'],
      ['GET', '/'],
    ])
    expect(answers).toEqual(['200 ok', '200 Hello'])
    expect(spans).toMatchObject([continued('GET')])
  })
})

describe.each(['express', 'fastify'])('examples/%s', (example) => {
  it('names its spans by their routes, and starts a linked trace for a webhook', async () => {
    const { answers, spans } = await serve(example, [
      ['GET', '/healthz'],
      ['GET', '/orders/7'],
      ['POST', '/hooks/payment'],
    ])
    expect(answers).toEqual(['200 ok', '200 {"id":"7"}', expect.stringMatching(/^202 /)])
    expect(spans).toMatchObject([continued('GET /orders/:id'), linked('POST /hooks/payment', 'caller')])
    expect(spans[0]?.attributes).toMatchObject({ 'http.route': '/orders/:id' })
  })
})

describe('examples/worker', () => {
  it('makes a trace of each job, linked to who asked for it, and delivers the last of them', async () => {
    await using receiver = await startTestReceiver()
    const jobs = ['a', 'b'].map((id) => ({ id, headers: { traceparent } }))
    const worker = start('worker', receiver, { JOBS: JSON.stringify(jobs) })
    expect(await worker.ended).toMatchObject({ code: 0, stderr: '' })
    const report = linked('make report', 'origin')
    expect(receiver.spans()).toMatchObject([report, report])
    expect(receiver.spans().map(({ attributes }) => attributes['app.job.id'])).toEqual(['a', 'b'])
  })
})
