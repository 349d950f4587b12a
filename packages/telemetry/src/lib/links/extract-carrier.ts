import {
  type Attributes,
  type Context,
  context,
  type Link,
  type SpanContext,
  trace,
} from '@opentelemetry/api'
import { type Carrier, carrierValues } from './carrier.ts'
import { type CarrierRelation, RELATION_HEADER } from './carrier-relation.ts'
import { linkTo } from './link-to.ts'
import { extractContext, sentSpanContextOf } from './span-context-of.ts'

/** How to start the span that handles what a carrier came with; itself the options for that span. */
export interface ExtractedCarrier {
  /** The sender's span, if the carrier names a valid one. */
  readonly spanContext: SpanContext | undefined
  /**
   * The context to start the span in. It has the sender's baggage, and to continue its trace its span as the
   * parent; the span that was active before is left in place only if there is nothing to continue.
   */
  readonly context: Context
  /**
   * `true` if the sender's trace is to be linked to: as the receiver decided, else as the sender stated, else
   * `false`.
   */
  readonly root: boolean
  /** For a root the link to the sender's span, if the carrier names a valid one. */
  readonly links: Link[]
}

export interface ExtractOptions {
  /** Overrides what the sender stated. */
  readonly relation?: CarrierRelation
  /** The context to build on; the active one unless given. */
  readonly context?: Context
  /**
   * Further attributes of the link, for example `messaging.message.id`. Its relation is `message` unless
   * overridden here.
   */
  readonly attributes?: Attributes
}

/**
 * Reads what a message or request came with, ready to start the right span with it: the child of the sender's
 * span, or a new root with a link to it. Never throws.
 *
 *     const received = extractCarrier(message.headers)
 *     tracer.startActiveSpan('process order', received, received.context, (span) => …)
 */
export function extractCarrier(carrier: Carrier, options?: ExtractOptions | null): ExtractedCarrier {
  const { relation, attributes, context: given } = options ?? {}
  const root = (relation ?? statedRelation(carrier)) === 'link'
  const before = given ?? context.active()
  const extracted = extractContext(trace.deleteSpan(before), carrier)
  const spanContext = sentSpanContextOf(carrier, extracted)
  const sender = spanContext && trace.wrapSpanContext(spanContext)
  const parent = root ? undefined : (sender ?? trace.getSpan(before))
  return {
    spanContext,
    context: parent === undefined ? trace.deleteSpan(extracted) : trace.setSpan(extracted, parent),
    root,
    links: root ? linkTo(spanContext, { relation: 'message', ...(attributes && { attributes }) }) : [],
  }
}

function statedRelation(carrier: Carrier): CarrierRelation {
  const stated = carrierValues(carrier, RELATION_HEADER)
  return stated.length === 1 && stated[0] === 'link' ? 'link' : 'continue'
}
