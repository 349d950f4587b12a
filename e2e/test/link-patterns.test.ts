import type { ReceivedSpan } from '@linked-traces/otlp-receiver/testing'
import { type ExpectedSpan, expectTraces } from '@linked-traces/telemetry/testing'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Demonstration, startDemonstration } from './support/start-demonstration.ts'
import type { RecordingProxy } from './support/start-recording-proxy.ts'
import type { RunningService } from './support/start-service.ts'

let demonstration: Demonstration
let gateway: RunningService
let wire: RecordingProxy
const newSpans: Demonstration['newSpans'] = (enough) => demonstration.newSpans(enough)

beforeAll(async () => {
  demonstration = await startDemonstration()
  ;({ gateway, wire } = demonstration)
}, 60_000)

afterAll(() => demonstration?.[Symbol.asyncDispose](), 60_000)

beforeEach(() => demonstration.mark())

interface JsonAnswer {
  readonly state?: string
  readonly result?: number
  readonly rolls?: number[]
  readonly attempts?: number
  readonly traces: {
    readonly gateway: { traceId: string }
    readonly dice?: { traceId: string }[]
    readonly jobs?: { traceId: string }[]
  }
}

async function ask(path: string, method = 'GET'): Promise<{ response: Response; json: JsonAnswer }> {
  const response = await fetch(gateway.url + path, { method, headers: { accept: 'application/json' } })
  return { response, json: (await response.json()) as JsonAnswer }
}

/** What dice does for a call, in a trace of its own. */
const diceRoot = (number: number, status = 200): ExpectedSpan => ({
  name: 'GET /roll_with_link',
  as: `root ${number}`,
  kind: 'server',
  service: 'dice',
  attributes: { 'http.response.status_code': status },
  links: [{ to: `call ${number}`, relation: 'caller' }],
  children: status === 200 ? [{ name: 'roll_dice_span', service: 'dice' }] : [],
})

describe('GET /roll_many', () => {
  it('fans out into a trace of dice for each roll, and gathers them in a span that is linked to all', async () => {
    const { json } = await ask('/roll_many?count=3')
    const call = (number: number): ExpectedSpan => ({
      name: 'GET',
      as: `call ${number}`,
      kind: 'client',
      links: [{ to: `root ${number}`, relation: 'callee' }],
    })

    const spans = await newSpans(11)
    const { gateway: server } = expectTraces(spans, [
      {
        name: 'GET /roll_many',
        as: 'gateway',
        kind: 'server',
        service: 'gateway',
        children: [
          call(1),
          call(2),
          call(3),
          {
            name: 'tally',
            scope: 'service1',
            links: [1, 2, 3].map((number) => ({ to: `root ${number}`, relation: 'part', sampled: true })),
          },
        ],
      },
      diceRoot(1),
      diceRoot(2),
      diceRoot(3),
    ])

    expect(json.rolls).toHaveLength(3)
    expect(json.result).toBe(json.rolls?.reduce((sum, roll) => sum + roll, 0))
    expect(json.traces.gateway.traceId).toBe(server?.traceId)
    const roots = spans.filter(({ links }) => links[0]?.attributes['linked_traces.relation'] === 'caller')
    expect(json.traces.dice?.map(({ traceId }) => traceId).sort()).toEqual(
      roots.map(({ traceId }) => traceId).sort(),
    )
  })

  it('has room for a link to each of as many rolls as it takes', async () => {
    const { json } = await ask('/roll_many?count=128')
    expect(json.rolls).toHaveLength(128)
    const spans = await newSpans(2 + 128 * 3)
    const tally = spans.find(({ name }) => name === 'tally')
    expect(tally?.droppedLinksCount).toBe(0)
    expect(new Set(tally?.links.map(({ traceId }) => traceId)).size).toBe(128)
  })
})

describe('GET /roll_with_retry', () => {
  it('links each attempt to the one before, and counts how often it was sent again', async () => {
    const { json } = await ask('/roll_with_retry?fail=2')
    expect(json).toMatchObject({ attempts: 3, result: expect.any(Number) })
    const attempt = (number: number, status: number): ExpectedSpan => ({
      name: 'GET',
      as: `call ${number}`,
      kind: 'client',
      status: status === 200 ? 'unset' : 'error',
      attributes: {
        'http.response.status_code': status,
        'http.request.resend_count': number === 1 ? undefined : number - 1,
      },
      links: [
        { to: `root ${number}`, relation: 'callee' },
        ...(number === 1 ? [] : [{ to: `call ${number - 1}`, relation: 'previous_attempt' }]),
      ],
    })

    expectTraces(await newSpans(8), [
      {
        name: 'GET /roll_with_retry',
        kind: 'server',
        service: 'gateway',
        attributes: { 'http.response.status_code': 200 },
        childrenInOrder: true,
        children: [attempt(1, 503), attempt(2, 503), attempt(3, 200)],
      },
      diceRoot(1, 503),
      diceRoot(2, 503),
      diceRoot(3),
    ])
  })

  it('gives up after three attempts, and says so', async () => {
    const { response, json } = await ask('/roll_with_retry?fail=9')
    expect([response.status, json]).toEqual([503, expect.objectContaining({ code: 'dice_unavailable' })])
    const calls = (await newSpans(7)).filter(({ name }) => name === 'GET')
    expect(calls.map(({ attributes }) => attributes['http.request.resend_count'])).toEqual([undefined, 1, 2])
  })

  it('makes no attempts of calls that succeed at once', async () => {
    expect((await ask('/roll_with_retry?fail=0')).json.attempts).toBe(1)
    const [call] = (await newSpans(4)).filter(({ name }) => name === 'GET')
    expect(call?.attributes).not.toHaveProperty('http.request.resend_count')
    expect(call?.links).toMatchObject([{ attributes: { 'linked_traces.relation': 'callee' } }])
  })
})

describe('POST /roll_later', () => {
  it('links the job to the request that wanted it, and the answer with its result to the job', async () => {
    const { response, json: accepted } = await ask('/roll_later?delay=50', 'POST')
    expect(response.status).toBe(202)
    const location = response.headers.get('location') ?? ''
    expect(accepted).toMatchObject({ state: 'pending', location })
    // Once the spans of the job are here it is through.
    await newSpans(5)
    const { json } = await ask(location)
    expect(json).toMatchObject({ state: 'done', result: expect.any(Number) })

    const { job } = expectTraces(await newSpans(6), [
      { name: 'POST /roll_later', as: 'request', kind: 'server', service: 'gateway' },
      {
        name: 'roll later',
        as: 'job',
        service: 'gateway',
        links: [{ to: 'request', relation: 'origin', sampled: true }],
        children: [
          {
            name: 'GET',
            kind: 'client',
            children: [
              {
                name: 'GET /rolldice',
                kind: 'server',
                service: 'dice',
                children: [{ name: 'roll_dice_span' }],
              },
            ],
          },
        ],
      },
      {
        name: 'GET /rolls/:id',
        kind: 'server',
        service: 'gateway',
        links: [{ to: 'job', relation: 'result', sampled: true }],
      },
    ])
    expect(json.traces.jobs?.map(({ traceId }) => traceId)).toEqual([job?.traceId])
  })

  it('links no answer to a job that is still pending', async () => {
    const { response } = await ask('/roll_later?delay=10000', 'POST')
    const { response: poll, json } = await ask(response.headers.get('location') ?? '')
    expect([poll.status, json.state, poll.headers.get('retry-after')]).toEqual([200, 'pending', '1'])
    const spans = await newSpans(2)
    expect(spans.find(({ name }) => name === 'GET /rolls/:id')?.links).toEqual([])
  })
})

describe('POST /roll_batch', () => {
  it('consumes a batch in one span that is linked to the sender of each message, and names the message', async () => {
    const { response } = await ask('/roll_batch?count=3', 'POST')
    expect(response.status).toBe(202)
    await newSpans(8)
    const { json } = await ask(response.headers.get('location') ?? '')
    expect(json.rolls).toHaveLength(3)
    const spans = await newSpans(9)

    const ids = spans
      .filter(({ name }) => name === 'send rolls')
      .map((span) => span.attributes['messaging.message.id'])
    expect(new Set(ids).size).toBe(3)
    const queue = { 'messaging.system': 'in_process', 'messaging.destination.name': 'rolls' }
    expectTraces(spans, [
      {
        name: 'POST /roll_batch',
        kind: 'server',
        service: 'gateway',
        children: ids.map((id, index) => ({
          name: 'send rolls',
          as: `message ${index}`,
          kind: 'producer',
          attributes: {
            ...queue,
            'messaging.operation.name': 'send',
            'messaging.operation.type': 'send',
            'messaging.message.id': id,
          },
        })),
      },
      {
        name: 'process rolls',
        as: 'batch',
        kind: 'consumer',
        service: 'gateway',
        attributes: {
          ...queue,
          'messaging.operation.name': 'process',
          'messaging.operation.type': 'process',
          'messaging.batch.message_count': 3,
        },
        links: ids.map((id, index) => ({
          to: `message ${index}`,
          relation: 'message',
          sampled: true,
          attributes: { 'messaging.message.id': id },
        })),
        children: [
          {
            name: 'GET',
            kind: 'client',
            children: [
              {
                name: 'GET /rolldice',
                kind: 'server',
                service: 'dice',
                children: [{ name: 'roll_dice_span' }],
              },
            ],
          },
        ],
      },
      { name: 'GET /rolls/:id', kind: 'server', links: [{ to: 'batch', relation: 'result' }] },
    ])
  })

  it('hands the baggage of a request on to its job, but not to a batch, which has many senders', async () => {
    const headers = { baggage: 'tenant=acme' }
    const handedOn = async (path: string, spans: number) => {
      demonstration.mark()
      await (await fetch(gateway.url + path, { method: 'POST', headers })).text()
      await newSpans(spans)
      return wire.exchanges.at(-1)?.requestHeaders.baggage
    }
    expect(await handedOn('/roll_later?delay=0', 5)).toBe('tenant=acme')
    expect(await handedOn('/roll_batch?count=1', 6)).toBeUndefined()
  })

  it('takes messages of several requests in one batch, which is linked to all their traces', async () => {
    const threeAtOnce = async () => {
      demonstration.mark()
      const answers = await Promise.all([1, 2, 3].map(() => ask('/roll_batch?count=1', 'POST')))
      const batches = (all: readonly ReceivedSpan[]) => all.filter(({ name }) => name === 'process rolls')
      const linked = (all: readonly ReceivedSpan[]) => batches(all).flatMap(({ links }) => links)
      const spans = await newSpans((all) => linked(all).length === 3)
      expect(
        linked(spans)
          .map(({ traceId }) => traceId)
          .sort(),
      ).toEqual(answers.map(({ json }) => json.traces.gateway.traceId).sort())
      return batches(spans).length
    }
    // On a busy machine three requests may take longer than a batch waits.
    await expect.poll(threeAtOnce, { timeout: 20_000 }).toBe(1)
  })
})
