import { type Attributes, diag, type Link, type Span, type SpanContext } from '@opentelemetry/api'
import type { Carrier } from './carrier.ts'
import { ATTR_LINK_RELATION, type LinkRelation } from './relation.ts'
import { spanContextOf } from './span-context-of.ts'

/** What a link can be made to: a span, a span context, a {@link Carrier}, or the text of a `traceparent`. */
export type LinkTarget = Span | SpanContext | Carrier | string

export interface LinkOptions {
  /** What the linked span is to the span that will hold the link. */
  readonly relation?: LinkRelation
  /** Further attributes of the link; they win over the ones set here. */
  readonly attributes?: Attributes
}

/**
 * The link to a target: a list of one, or an empty list if the target is missing or invalid, so that it can
 * be given or spread into `links` as it is. Its relation is `origin` unless stated. Never throws.
 *
 *     tracer.startSpan('report', { links: linkTo(request.headers) })
 *     tracer.startSpan('report', { links: [...linkTo(first), ...linkTo(second, { relation: 'part' })] })
 */
export function linkTo(target: LinkTarget, options?: LinkOptions | null): Link[] {
  const { relation = 'origin', attributes } = options ?? {}
  const context = spanContextOf(target)
  return context === undefined
    ? []
    : [{ context, attributes: { [ATTR_LINK_RELATION]: relation, ...attributes } }]
}

/** Attribute of a link made by {@link linksTo}: the position of its message in the batch, from 0. */
export const ATTR_LINK_BATCH_INDEX = 'linked_traces.batch.index'

/** Attribute of a link made by {@link linksTo} that stands for several messages of the batch: how many. */
export const ATTR_LINK_BATCH_COUNT = 'linked_traces.batch.count'

export interface LinksOptions<Message> {
  /** Where a message keeps its trace context; the message itself unless given. */
  readonly target?: (message: Message, index: number) => LinkTarget
  readonly relation?: LinkRelation
  /** Further attributes of a message's link, for example `messaging.message.id`. */
  readonly attributes?: (message: Message, index: number) => Attributes
}

/**
 * The links to the senders of a batch of messages, relation `message` unless stated, each with the position
 * of its message in the batch as `linked_traces.batch.index`: a message without trace context has no link,
 * and its position stays free. Messages from one and the same span share a link, which has the index and the
 * attributes of the first of them, and their number as `linked_traces.batch.count`. Never throws.
 *
 *     tracer.startSpan('process', { root: true, links: linksTo(messages, { target: (message) => message.headers }) })
 */
export function linksTo<Message>(
  messages: Iterable<Message>,
  options?: LinksOptions<Message> | null,
): Link[] {
  const { target, relation = 'message', attributes } = options ?? {}
  const senders = new Map<string, { context: SpanContext; attributes: Attributes; count: number }>()
  for (const [index, message] of listOf(messages).entries()) {
    try {
      const context = spanContextOf(target === undefined ? message : target(message, index))
      if (context === undefined) continue
      const key = `${context.traceId}-${context.spanId}`
      const known = senders.get(key)
      if (known !== undefined) known.count += 1
      else {
        const ours = { [ATTR_LINK_RELATION]: relation, [ATTR_LINK_BATCH_INDEX]: index }
        senders.set(key, { context, attributes: { ...ours, ...attributes?.(message, index) }, count: 1 })
      }
    } catch (error) {
      diag.error(
        `No link to message ${index} of a batch: target() or attributes() given to linksTo failed.`,
        error,
      )
    }
  }
  return Array.from(senders.values(), ({ context, attributes: own, count }) => ({
    context,
    attributes: count > 1 ? { ...own, [ATTR_LINK_BATCH_COUNT]: count } : own,
  }))
}

function listOf<Message>(messages: Iterable<Message>): readonly Message[] {
  try {
    return Array.from(messages)
  } catch {
    // Missing, or not iterable: a batch of none.
    return []
  }
}
