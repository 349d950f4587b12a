import type { Span } from '@opentelemetry/api'
import { context, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'

// The calls that the guides make, in their order. What comes of them is told in docs/axiom-guides.md.

const exporter = new InMemorySpanExporter()
const tracer = trace.getTracer('guides')

beforeAll(() => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  trace.setGlobalTracerProvider(
    new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] }),
  )
})

beforeEach(() => exporter.reset())

/** As their instrumentations do around a request. */
const inRequest = (name: string, handler: () => void) =>
  tracer.startActiveSpan(name, (server) => {
    handler()
    server.end()
  })

function spanNamed(name: string) {
  const span = exporter.getFinishedSpans().find((finished) => finished.name === name)
  if (span === undefined) throw new Error(`${name} was not made`)
  return span
}

describe("the links of Axiom's guides", () => {
  it('lead, in Python, from roll_dice_span to its own parent, in one trace', () => {
    const rollDice = (parentSpan: Span) =>
      tracer.startActiveSpan('roll_dice_span', { links: [{ context: parentSpan.spanContext() }] }, (span) =>
        span.end(),
      )
    inRequest('GET /roll_with_link', () =>
      tracer.startActiveSpan('parent_span', (parentSpan) => {
        rollDice(parentSpan)
        parentSpan.end()
      }),
    )
    const { links, parentSpanContext } = spanNamed('roll_dice_span')
    expect(links).toHaveLength(1)
    expect(links[0]?.context).toEqual(parentSpanContext)
    expect(new Set(exporter.getFinishedSpans().map((span) => span.spanContext().traceId)).size).toBe(1)
  })

  it('lead, in Node at /rolldice, from roll_dice_span to its own parent', () => {
    inRequest('GET /rolldice', () => {
      const span = trace.getSpan(context.active())
      tracer.startSpan('roll_dice_span', { links: span ? [{ context: span.spanContext() }] : [] }).end()
    })
    const { links, parentSpanContext } = spanNamed('roll_dice_span')
    expect(links).toHaveLength(1)
    expect(links[0]?.context).toEqual(parentSpanContext)
  })

  it('are none, in Node at /roll_with_link', () => {
    inRequest('GET /roll_with_link', () => tracer.startSpan('parent_span').end())
    expect(exporter.getFinishedSpans().flatMap(({ links }) => links)).toEqual([])
  })
})
