import {
  type Context,
  context,
  diag,
  type Link,
  propagation,
  ROOT_CONTEXT,
  SamplingDecision,
  type Span,
  SpanKind,
  type Tracer,
  trace,
} from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { TracerProvider } from '@opentelemetry/sdk-trace'
import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { expectTraces } from '../testing/expect-traces.ts'
import { recordSpans } from '../testing/record-spans.ts'
import { linkTo } from './link-to.ts'
import { withLinkedRoot } from './with-linked-root.ts'

const TRACEPARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
const elsewhere = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' }

const recorder = recordSpans()
const seenBySampler: { name: string; links: readonly Link[] }[] = []
const provider = new TracerProvider({
  spanProcessors: [recorder],
  sampler: {
    shouldSample: (_context: Context, _traceId, name, _kind, _attributes, links) => {
      seenBySampler.push({ name, links })
      return {
        decision: name === 'unsampled' ? SamplingDecision.NOT_RECORD : SamplingDecision.RECORD_AND_SAMPLED,
      }
    },
    toString: () => 'all but "unsampled"',
  },
})
const tracer = provider.getTracer('test')

beforeAll(() => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  trace.setGlobalTracerProvider(provider)
})

beforeEach(() => recorder.clear())

afterAll(() => {
  context.disable()
  trace.disable()
})

/** Runs a function in a span that has a trace already. */
const inRequest = <Result>(fn: (request: Span) => Result): Result =>
  tracer.startActiveSpan('request', (request) => {
    try {
      return fn(request)
    } finally {
      request.end()
    }
  })

describe('withLinkedRoot', () => {
  it('starts a root of its own trace, linked to the current span, which names it in an event', () => {
    inRequest(() => withLinkedRoot('report', () => tracer.startSpan('part').end()))
    const { report } = expectTraces(recorder.spans, [
      {
        name: 'request',
        as: 'request',
        events: [
          {
            name: 'linked_traces.root_started',
            attributes: {
              'linked_traces.root.trace_id': /^[\da-f]{32}$/,
              'linked_traces.root.span_id': /^[\da-f]{16}$/,
              'linked_traces.root.name': 'report',
              'linked_traces.root.sampled': true,
            },
          },
        ],
      },
      {
        name: 'report',
        as: 'report',
        kind: 'internal',
        scope: '@linked-traces/telemetry',
        status: 'unset',
        links: [{ to: 'request', relation: 'origin' }],
        children: [{ name: 'part' }],
      },
    ])
    const request = recorder.spans.find(({ name }) => name === 'request')
    expect(request?.events[0]?.attributes).toMatchObject({
      'linked_traces.root.trace_id': report?.traceId,
      'linked_traces.root.span_id': report?.spanId,
    })
  })

  it('has its links when the sampler decides', () => {
    seenBySampler.length = 0
    inRequest(() => withLinkedRoot('report', () => {}))
    expect(seenBySampler[1]).toMatchObject({
      name: 'report',
      links: [{ attributes: { 'linked_traces.relation': 'origin' } }],
    })
  })

  it('says in the event that the new root was not sampled', () => {
    inRequest(() => withLinkedRoot('unsampled', () => {}))
    expectTraces(recorder.spans, [
      {
        name: 'request',
        events: [{ name: 'linked_traces.root_started', attributes: { 'linked_traces.root.sampled': false } }],
      },
    ])
  })

  it('takes links, relation, attributes, kind and tracer', () => {
    const other = provider.getTracer('other')
    const links = [
      ...linkTo(TRACEPARENT, { relation: 'message' }),
      { context: { ...elsewhere, traceFlags: 1 } },
    ]
    inRequest(() =>
      withLinkedRoot(
        'process',
        { links, relation: 'part', attributes: { n: 1 }, kind: SpanKind.CONSUMER, tracer: other },
        () => {},
      ),
    )
    expectTraces(recorder.spans, [
      { name: 'request' },
      {
        name: 'process',
        kind: 'consumer',
        scope: 'other',
        attributes: { n: 1 },
        links: [
          { to: elsewhere, relation: 'message' },
          { to: elsewhere, relation: 'part' },
        ],
      },
    ])
  })

  it('is linked to the current span where the links given are none or invalid', () => {
    const invalid = [undefined, {}, { context: undefined }, { context: { traceId: '', spanId: '' } }]
    inRequest(() => {
      withLinkedRoot('a', { links: linkTo(undefined) }, () => {})
      withLinkedRoot('b', { links: invalid as unknown as Link[] }, () => {})
    })
    expectTraces(recorder.spans, [
      { name: 'request', as: 'request' },
      { name: 'a', links: [{ to: 'request', relation: 'origin' }] },
      { name: 'b', links: [{ to: 'request', relation: 'origin' }] },
    ])
  })

  it('is a plain root where there is no current span', () => {
    withLinkedRoot('job', () => {})
    expectTraces(recorder.spans, [{ name: 'job' }])
  })

  it('keeps the baggage of the current context, or of the one given', () => {
    const tenant = (value: string) =>
      propagation.setBaggage(ROOT_CONTEXT, propagation.createBaggage({ tenant: { value } }))
    const current = () => propagation.getActiveBaggage()?.getEntry('tenant')?.value
    expect(context.with(tenant('a'), () => withLinkedRoot('job', current))).toBe('a')
    expect(withLinkedRoot('job', { context: tenant('b') }, current)).toBe('b')
  })

  it('gives the function its span, which is active', () => {
    withLinkedRoot('job', (span) => expect(trace.getActiveSpan()).toBe(span))
  })

  describe('with a synchronous function', () => {
    it('passes on what it returns', () => {
      expect(withLinkedRoot('job', () => 42)).toBe(42)
      // biome-ignore lint/suspicious/noThenProperty: not everything that has one is a promise
      const withThen = { then: 'not a function' }
      expect(withLinkedRoot('job', () => withThen)).toBe(withThen)
      expect(recorder.spans).toHaveLength(2)
    })

    it('records an error and passes it on', () => {
      const error = new RangeError('out of paper')
      expect(() =>
        withLinkedRoot('job', () => {
          throw error
        }),
      ).toThrow(error)
      expectTraces(recorder.spans, [
        {
          name: 'job',
          status: { code: 'error', message: 'out of paper' },
          events: [
            {
              name: 'exception',
              attributes: { 'exception.type': 'RangeError', 'exception.message': 'out of paper' },
            },
          ],
        },
      ])
    })

    it.each<[string, unknown, string]>([
      ['a text', 'no paper', 'no paper'],
      ['nothing', undefined, 'undefined'],
      ['a symbol', Symbol('s'), 'Symbol(s)'],
      ['what has no text', Object.create(null), 'an error without a text'],
      ['an error of another realm', { name: 'E', message: 'far away' }, 'far away'],
    ])('records %s that is thrown', (_, thrown, message) => {
      const caught = (() => {
        try {
          return withLinkedRoot('job', () => {
            throw thrown
          })
        } catch (error) {
          return error
        }
      })()
      expect(caught).toBe(thrown)
      expectTraces(recorder.spans, [
        {
          name: 'job',
          status: { code: 'error', message },
          events: [{ name: 'exception', attributes: { 'exception.message': message } }],
        },
      ])
    })
  })

  describe('with an asynchronous function', () => {
    it('ends when the promise settles, and passes on its value', async () => {
      const { promise, resolve } = Promise.withResolvers<number>()
      const result = withLinkedRoot('job', async () => (await promise) + 1)
      expect(recorder.spans).toHaveLength(0)
      resolve(41)
      expect(await result).toBe(42)
      expectTraces(recorder.spans, [{ name: 'job', status: 'unset' }])
    })

    it('has ended before whoever waits for the promise goes on', async () => {
      await withLinkedRoot('job', () => Promise.resolve())
      expect(recorder.spans).toHaveLength(1)
    })

    it('stays the active span across awaits', async () => {
      await withLinkedRoot('job', async () => {
        await new Promise(setImmediate)
        tracer.startSpan('part').end()
      })
      expectTraces(recorder.spans, [{ name: 'job', children: [{ name: 'part' }] }])
    })

    it('records a rejection and passes it on', async () => {
      const error = new Error('late')
      await expect(withLinkedRoot('job', () => Promise.reject(error))).rejects.toBe(error)
      expectTraces(recorder.spans, [
        { name: 'job', status: { code: 'error', message: 'late' }, events: ['exception'] },
      ])
    })

    it('does not hide a rejection that nobody handles', async () => {
      const { promise, resolve } = Promise.withResolvers<unknown>()
      const others = process.listeners('unhandledRejection')
      process.removeAllListeners('unhandledRejection').once('unhandledRejection', resolve)
      try {
        const error = new Error('unhandled')
        void withLinkedRoot('job', () => Promise.reject(error))
        expect(await promise).toBe(error)
      } finally {
        for (const listener of others) process.on('unhandledRejection', listener)
      }
    })

    it('runs a thenable once, in the context of the root', async () => {
      let runs = 0
      const query = {
        // biome-ignore lint/suspicious/noThenProperty: query builders have one, and start when it is called
        then(resolve: (value: string) => void) {
          runs += 1
          tracer.startSpan('SELECT').end()
          resolve('row')
        },
      }
      expect(await withLinkedRoot('job', () => query)).toBe('row')
      expect(runs).toBe(1)
      expectTraces(recorder.spans, [{ name: 'job', children: [{ name: 'SELECT' }] }])
    })
  })

  it('leaves spans alone that have ended', () => {
    const complaints: string[] = []
    const complain = (message: string) => void complaints.push(message)
    const ignore = () => {}
    diag.setLogger({ error: complain, warn: complain, info: ignore, debug: ignore, verbose: ignore })
    try {
      withLinkedRoot('ended by the function', (span) => span.end())
      expect(complaints).toEqual([])
      inRequest((request) => {
        request.end()
        withLinkedRoot('after the request', () => {})
        expect(complaints).toEqual([])
      })
    } finally {
      diag.disable()
    }
  })

  it('runs the function, and passes on what it returns, where the SDK fails', () => {
    const failing = (): never => {
      throw new Error('sampler')
    }
    const tracerThatFails: Tracer = { startSpan: failing, startActiveSpan: failing }
    expect(inRequest(() => withLinkedRoot('job', { tracer: tracerThatFails }, () => 42))).toBe(42)

    const spanThatFails = new Proxy(tracer.startSpan('x'), { get: () => failing })
    const tracerOfIt: Tracer = { startSpan: () => spanThatFails, startActiveSpan: failing }
    expect(inRequest(() => withLinkedRoot('job', { tracer: tracerOfIt }, () => 42))).toBe(42)
    expect(() =>
      withLinkedRoot('job', { tracer: tracerOfIt }, () => {
        throw new Error('mine')
      }),
    ).toThrow('mine')
  })

  it('runs the function without an SDK', () => {
    const noop = trace.wrapSpanContext({ traceId: '', spanId: '', traceFlags: 0 })
    const tracerWithoutSdk: Tracer = { startSpan: () => noop, startActiveSpan: () => expect.unreachable() }
    expect(inRequest(() => withLinkedRoot('job', { tracer: tracerWithoutSdk }, () => 42))).toBe(42)
    expectTraces(recorder.spans, [{ name: 'request', events: [] }])
  })

  it('never fails by what its options hold', () => {
    const anything = fc.anything({ withMap: true, withNullPrototype: true })
    const options = fc.oneof(
      anything.filter((value) => typeof value !== 'function'),
      fc.record({
        links: anything,
        relation: anything,
        attributes: anything,
        kind: anything,
        tracer: anything,
      }),
    )
    fc.assert(
      fc.property(options, (value) => {
        expect(withLinkedRoot('job', value as object, () => 42)).toBe(42)
      }),
      { seed: 20261108, numRuns: 500 },
    )
  })
})
