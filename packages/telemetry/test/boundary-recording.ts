import { setTimeout as delay } from 'node:timers/promises'
import type { Attributes, Link, SpanContext } from '@opentelemetry/api'
import { context, propagation, SpanKind, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { suppressTracing } from '@opentelemetry/core'
import { registerInstrumentations } from '@opentelemetry/instrumentation'
import type { ReadableSpan, Sampler } from '@opentelemetry/sdk-trace'
import { AlwaysOnSampler, ParentBasedSampler, TracerProvider } from '@opentelemetry/sdk-trace'
import { request } from 'undici'
import { createPropagator } from '../src/lib/sdk/create-propagator.ts'
import { installEsmHooks } from '../src/lib/sdk/esm-hooks.ts'
import type { BoundaryConfig, HttpSpansConfig } from '../src/lib/sdk/instrumentations.ts'
import { createInstrumentations } from '../src/lib/sdk/instrumentations.ts'

/** What a sampler was asked. */
export interface SamplingQuestion {
  readonly traceId: string
  readonly kind: SpanKind
  readonly attributes: Attributes
  readonly links: readonly Link[]
  readonly parent: SpanContext | undefined
}

/** Instruments this process and records its spans; once per test file, as instrumentations patch the whole process. */
export function recordSpans({
  untrustedBaggage = [],
  ...boundary
}: Partial<BoundaryConfig & HttpSpansConfig> & { untrustedBaggage?: readonly string[] }) {
  const spans: ReadableSpan[] = []
  const questions: SamplingQuestion[] = []
  const parentBased = new ParentBasedSampler({ root: new AlwaysOnSampler() })
  const sampler: Sampler = {
    shouldSample(parentContext, traceId, name, kind, attributes, links) {
      const parent = trace.getSpanContext(parentContext)
      questions.push({ traceId, kind, attributes: { ...attributes }, links: [...links], parent })
      return parentBased.shouldSample(parentContext, traceId, name, kind, attributes, links)
    },
  }
  const provider = new TracerProvider({
    sampler,
    spanProcessors: [
      {
        onStart() {},
        onEnd: (span) => spans.push(span),
        forceFlush: async () => {},
        shutdown: async () => {},
      },
    ],
  })
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  propagation.setGlobalPropagator(createPropagator(['tracecontext', 'baggage'], untrustedBaggage))
  trace.setGlobalTracerProvider(provider)
  const instrumentations = createInstrumentations({
    inbound: 'continue',
    forwardLinks: true,
    untracedPaths: [],
    propagateTo: undefined,
    serverSpans: 'fast',
    clientSpans: 'fast',
    expressSpans: false,
    ...boundary,
  })
  registerInstrumentations({ instrumentations })
  installEsmHooks(instrumentations)

  /** The one span of a kind whose `url.path` is this, once it has ended. */
  async function spanOf(kind: SpanKind, path: string): Promise<ReadableSpan> {
    const deadline = Date.now() + 15_000
    while (true) {
      const [found, ...others] = spans.filter((span) => span.kind === kind && pathOf(span) === path)
      if (found !== undefined && others.length === 0) return found
      if (Date.now() > deadline) {
        const arrived = spans.map((span) => `${SpanKind[span.kind]} ${pathOf(span) ?? span.name}`)
        throw new Error(
          `No single ${SpanKind[kind]} span of ${path} within 15 s, but:\n${arrived.join('\n')}`,
        )
      }
      await delay(5)
    }
  }

  return { spans, questions, spanOf }
}

/** `url.path` of a SERVER span, the path of the `url.full` of a CLIENT span, `undefined` of others. */
export function pathOf(span: ReadableSpan): string | undefined {
  const { 'url.path': path, 'url.full': full } = span.attributes
  if (typeof path === 'string') return path
  return typeof full === 'string' ? new URL(full).pathname : undefined
}

/** A request as from another process: with exactly these headers, and no span. */
export async function call(url: string, headers: Record<string, string | string[]> = {}) {
  return await context.with(suppressTracing(context.active()), async () => {
    const response = await request(url, { headers })
    return { headers: response.headers, body: await response.body.text() }
  })
}

/** A caller's span context and the headers that carry it. */
export function caller(id: number, { flags = '03', tracestate = 'vendor=value' } = {}) {
  const traceId = `c0ffee${id.toString(16).padStart(26, '0')}`
  const spanId = `beef${id.toString(16).padStart(12, '0')}`
  return {
    traceId,
    spanId,
    headers: { traceparent: `00-${traceId}-${spanId}-${flags}`, tracestate, baggage: 'tenant=acme' },
  }
}
