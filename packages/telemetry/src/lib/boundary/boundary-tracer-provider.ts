import type {
  Attributes,
  Context,
  Span,
  SpanOptions,
  Tracer,
  TracerOptions,
  TracerProvider,
} from '@opentelemetry/api'
import { context as contextApi, SpanKind, trace } from '@opentelemetry/api'
import { ATTR_LINK_RELATION } from '../links/relation.ts'
import { getCrossing } from './crossing.ts'
import { keepLink } from './keep-link.ts'

const CALLER: Attributes = { [ATTR_LINK_RELATION]: 'caller' }

/** Provides tracers whose SERVER spans are new roots where a request has come over a boundary. */
export class BoundaryTracerProvider implements TracerProvider {
  readonly #inner: TracerProvider

  constructor(inner: TracerProvider) {
    this.#inner = inner
  }

  getTracer(name: string, version?: string, options?: TracerOptions): Tracer {
    return new BoundaryTracer(this.#inner.getTracer(name, version, options))
  }
}

class BoundaryTracer implements Tracer {
  readonly #inner: Tracer

  constructor(inner: Tracer) {
    this.#inner = inner
  }

  startSpan(name: string, options?: SpanOptions, context: Context = contextApi.active()): Span {
    if (options?.kind !== SpanKind.SERVER || options.root)
      return this.#inner.startSpan(name, options, context)
    const crossing = getCrossing(context)
    // The crossing stays in the context of everything the request does: only the caller itself is ever severed.
    if (crossing === undefined || trace.getSpanContext(context) !== crossing.caller) {
      return this.#inner.startSpan(name, options, context)
    }
    // At creation, because samplers see no other links (trace/api.md, "Link"); last, because a span that is created
    // with more links than it may have keeps the last ones.
    const link = { context: crossing.caller, attributes: CALLER }
    const links = options.links === undefined ? [link] : [...options.links, link]
    const span = this.#inner.startSpan(name, { ...options, root: true, links }, context)
    keepLink(span, crossing.caller)
    return span
  }

  startActiveSpan<F extends (span: Span) => unknown>(name: string, fn: F): ReturnType<F>
  startActiveSpan<F extends (span: Span) => unknown>(name: string, options: SpanOptions, fn: F): ReturnType<F>
  startActiveSpan<F extends (span: Span) => unknown>(
    name: string,
    options: SpanOptions,
    context: Context,
    fn: F,
  ): ReturnType<F>
  startActiveSpan<F extends (span: Span) => unknown>(
    name: string,
    ...rest: [F] | [SpanOptions, F] | [SpanOptions, Context, F]
  ): ReturnType<F> {
    const fn = rest[rest.length - 1] as F
    const options = rest.length > 1 ? (rest[0] as SpanOptions) : undefined
    const context = rest.length > 2 ? (rest[1] as Context) : contextApi.active()
    const span = this.startSpan(name, options, context)
    return contextApi.with(trace.setSpan(context, span), fn as (span: Span) => ReturnType<F>, undefined, span)
  }
}
