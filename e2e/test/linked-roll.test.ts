import { calleeOf } from '@linked-traces/telemetry/links'
import { expectTraces } from '@linked-traces/telemetry/testing'
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

describe('GET /rolldice', () => {
  it('is one trace through gateway and dice', async () => {
    const answer = await fetch(`${gateway.url}/rolldice`)

    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-type')).toMatch(/^text\/plain/)
    expect(await answer.text()).toMatch(/^[1-6]$/)
    expectTraces(await newSpans(4), [
      {
        name: 'GET /rolldice',
        kind: 'server',
        service: 'gateway',
        attributes: { 'http.route': '/rolldice', 'http.response.status_code': 200 },
        children: [
          {
            name: 'GET',
            kind: 'client',
            service: 'gateway',
            attributes: { 'http.response.status_code': 200 },
            children: [
              {
                name: 'GET /rolldice',
                kind: 'server',
                service: 'dice',
                children: [{ name: 'roll_dice_span', kind: 'internal', service: 'dice', scope: 'service1' }],
              },
            ],
          },
        ],
      },
    ])
    expect(calleeOf(wire.exchanges.at(-1)?.responseHeaders)).toBeUndefined()
  })
})

describe('GET /roll_with_link', () => {
  it('is two traces that are linked in both directions', async () => {
    const answer = await fetch(`${gateway.url}/roll_with_link`)

    expect(answer.status).toBe(200)
    expect(await answer.text()).toMatch(/^Dice roll result \(with link\): [1-6]$/)
    const spans = expectTraces(await newSpans(5), [
      {
        name: 'GET /roll_with_link',
        kind: 'server',
        service: 'gateway',
        children: [
          {
            name: 'parent_span',
            kind: 'internal',
            service: 'gateway',
            scope: 'service1',
            children: [
              {
                name: 'GET',
                as: 'call',
                kind: 'client',
                service: 'gateway',
                links: [{ to: 'root', relation: 'callee' }],
              },
            ],
          },
        ],
      },
      {
        name: 'GET /roll_with_link',
        as: 'root',
        kind: 'server',
        service: 'dice',
        links: [{ to: 'call', relation: 'caller', sampled: true }],
        children: [{ name: 'roll_dice_span', kind: 'internal', service: 'dice', scope: 'service1' }],
      },
    ])

    const { requestHeaders, responseHeaders } = wire.exchanges.at(-1) ?? {}
    expect(requestHeaders?.traceparent).toBe(`00-${spans.call?.traceId}-${spans.call?.spanId}-03`)
    const root = `00-${spans.root?.traceId}-${spans.root?.spanId}-03`
    expect(responseHeaders?.traceresponse).toBe(root)
    expect(responseHeaders?.['server-timing']).toBe(`trace;desc=${root}`)
  })

  it('says which traces they are when asked for JSON', async () => {
    const answer = await fetch(`${gateway.url}/roll_with_link`, { headers: { accept: 'application/json' } })

    const { result, traces } = (await answer.json()) as {
      result: number
      traces: Record<'gateway' | 'dice', { traceId: string }>
    }
    expect(result).toBeOneOf([1, 2, 3, 4, 5, 6])
    const roots = (await newSpans(5)).filter(({ parentSpanId }) => parentSpanId === '')
    const traceIdOf = (service: string) =>
      roots.find(({ resource }) => resource['service.name'] === service)?.traceId
    expect(traces.gateway.traceId).toBe(traceIdOf('gateway'))
    expect(traces.dice.traceId).toBe(traceIdOf('dice'))
  })

  it('links each of 200 concurrent requests to its own caller', async () => {
    const answers = await Promise.all(
      Array.from({ length: 200 }, async () => (await fetch(`${gateway.url}/roll_with_link`)).status),
    )

    expect(answers).toEqual(Array(200).fill(200))
    const spans = await newSpans(1000)
    expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(400)
    const calls = new Map(
      spans.filter(({ kind }) => kind === CLIENT).map((span) => [`${span.traceId}/${span.spanId}`, span]),
    )
    const roots = spans.filter((span) => span.links[0]?.attributes['linked_traces.relation'] === 'caller')
    expect(calls.size).toBe(200)
    expect(roots.length).toBe(200)
    for (const root of roots) {
      const [back, ...more] = root.links
      const call = calls.get(`${back?.traceId}/${back?.spanId}`)
      expect(more).toEqual([])
      expect(call?.links.map(({ traceId, spanId }) => `${traceId}/${spanId}`)).toEqual([
        `${root.traceId}/${root.spanId}`,
      ])
      calls.delete(`${back?.traceId}/${back?.spanId}`)
    }
    expect(calls.size).toBe(0)
  })
})

/** `SPAN_KIND_CLIENT` of the OTLP trace proto. */
const CLIENT = 3
