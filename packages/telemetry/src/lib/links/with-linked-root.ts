import {
  type Attributes,
  type Context,
  context,
  diag,
  type Exception,
  INVALID_SPAN_CONTEXT,
  isSpanContextValid,
  type Link,
  type Span,
  type SpanKind,
  SpanStatusCode,
  TraceFlags,
  type Tracer,
  trace,
} from '@opentelemetry/api'
import { linkTo } from './link-to.ts'
import { ATTR_LINK_RELATION, type LinkRelation } from './relation.ts'
import { spanContextOf } from './span-context-of.ts'

/**
 * Event by which a span tells that a new root was started from it, with the attributes
 * `linked_traces.root.trace_id`, `.span_id`, `.name` and `.sampled`: from the old trace one finds the new
 * one, also in a backend that shows outgoing links only.
 */
export const EVENT_ROOT_STARTED = 'linked_traces.root_started'

export interface LinkedRootOptions {
  /** What the root is linked to; the current span if this is absent or empty. */
  readonly links?: readonly Link[]
  /**
   * What the linked spans are to the root, for links that do not say so themselves; `origin` unless given.
   */
  readonly relation?: LinkRelation
  readonly attributes?: Attributes
  /** `INTERNAL` unless given. */
  readonly kind?: SpanKind
  /** `trace.getTracer('@linked-traces/telemetry')` unless given. */
  readonly tracer?: Tracer
  /** The context whose span is the current one and whose baggage is kept; the active one unless given. */
  readonly context?: Context
}

/**
 * Runs a function in a span that is the root of a trace of its own, linked to the span it is started from,
 * and ends it when the function returns or what it returned settles. An error or rejection is recorded, as an
 * exception event and status ERROR, and passed on.
 *
 * The links are there when the span is created, so that samplers see them. Baggage is kept. Nothing that goes
 * wrong with the telemetry reaches the caller, and without an SDK the function just runs.
 *
 *     const report = await withLinkedRoot('nightly report', async (span) => …)
 *     await withLinkedRoot('retry', { links: linkTo(first, { relation: 'previous_attempt' }) }, () => send(order))
 */
export function withLinkedRoot<Result>(name: string, fn: (span: Span) => Result): Result
export function withLinkedRoot<Result>(
  name: string,
  options: LinkedRootOptions,
  fn: (span: Span) => Result,
): Result
export function withLinkedRoot<Result>(
  name: string,
  optionsOrFn: LinkedRootOptions | ((span: Span) => Result),
  maybeFn?: (span: Span) => Result,
): Result {
  const [options, fn] = typeof optionsOrFn === 'function' ? [{}, optionsOrFn] : [optionsOrFn ?? {}, maybeFn]
  const base = options.context ?? context.active()
  const current = trace.getSpan(base)
  const root = startRoot(name, options, base, current)
  quietly(() => nameRoot(name, root, current))
  return context.with(trace.setSpan(base, root), () => runAndEnd(root, fn as (span: Span) => Result))
}

function startRoot(name: string, options: LinkedRootOptions, base: Context, current: Span | undefined): Span {
  const { links = [], relation = 'origin', attributes, kind, tracer } = options
  const start = () => {
    const given = links
      .filter((link) => spanContextOf(link?.context) !== undefined)
      .map((link) => ({ ...link, attributes: { [ATTR_LINK_RELATION]: relation, ...link.attributes } }))
    return (tracer ?? trace.getTracer('@linked-traces/telemetry')).startSpan(
      name,
      {
        root: true,
        links: given.length > 0 ? given : linkTo(current, { relation }),
        ...(attributes && { attributes }),
        ...(kind !== undefined && { kind }),
      },
      base,
    )
  }
  return quietly(start) ?? trace.wrapSpanContext(INVALID_SPAN_CONTEXT)
}

function nameRoot(name: string, root: Span, current: Span | undefined): void {
  const { traceId, spanId, traceFlags } = root.spanContext()
  if (!current?.isRecording() || !isSpanContextValid(root.spanContext())) return
  current.addEvent(EVENT_ROOT_STARTED, {
    'linked_traces.root.trace_id': traceId,
    'linked_traces.root.span_id': spanId,
    'linked_traces.root.name': name,
    'linked_traces.root.sampled': (traceFlags & TraceFlags.SAMPLED) !== 0,
  })
}

function runAndEnd<Result>(span: Span, fn: (span: Span) => Result): Result {
  let result: Result
  try {
    result = fn(span)
  } catch (error) {
    endWithError(span, error)
    throw error
  }
  if (!isThenable(result)) {
    end(span)
    return result
  }
  // Once, and in the span's context: some thenables (query builders) start their work each time `then` is
  // called. The promise with our handlers is the one returned, as otherwise a rejection that nobody handles
  // would look handled.
  return Promise.resolve(result).then(
    (value) => {
      end(span)
      return value
    },
    (error: unknown) => {
      endWithError(span, error)
      throw error
    },
  ) as Result
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'
}

function endWithError(span: Span, error: unknown): void {
  const message =
    quietly(() => (isErrorLike(error) ? error.message : String(error))) ?? 'an error without a text'
  quietly(() => span.recordException(isErrorLike(error) ? error : message))
  quietly(() => span.setStatus({ code: SpanStatusCode.ERROR, message }))
  end(span)
}

/** Not `instanceof`: errors of another realm are errors too. */
function isErrorLike(error: unknown): error is Exception & { message: string } {
  return (
    typeof error === 'object' && error !== null && 'message' in error && typeof error.message === 'string'
  )
}

function end(span: Span): void {
  // The function may have ended it itself.
  quietly(() => {
    if (span.isRecording()) span.end()
  })
}

/**
 * Samplers, span processors and getters of errors are the application's own code. What they throw must not
 * become its result.
 */
function quietly<Value>(action: () => Value): Value | undefined {
  try {
    return action()
  } catch (error) {
    diag.error('withLinkedRoot could not record all of a span.', error)
    return undefined
  }
}
