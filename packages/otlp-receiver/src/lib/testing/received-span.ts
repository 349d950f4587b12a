import type {
  ResourceSpans,
  ScopeSpans,
  Span,
  SpanEvent,
  SpanLink,
} from '../model/export-trace-service-request.ts'
import { type PlainValue, plainAttributes } from '../model/plain-value.ts'

type Plain<T> = Omit<T, 'attributes'> & { readonly attributes: { readonly [key: string]: PlainValue } }

/** A span as a test wants to compare it: attributes as plain objects, with its resource's and its scope. */
export type ReceivedSpan = Omit<Plain<Span>, 'events' | 'links'> & {
  readonly events: readonly Plain<SpanEvent>[]
  readonly links: readonly Plain<SpanLink>[]
  /** The resource's attributes. */
  readonly resource: { readonly [key: string]: PlainValue }
  readonly resourceSchemaUrl: string
  readonly scope: Plain<ScopeSpans['scope']>
  readonly scopeSchemaUrl: string
}

/** Every span of `resourceSpans`, in the order of the wire. */
export const receivedSpans = (resourceSpans: readonly ResourceSpans[]): ReceivedSpan[] =>
  resourceSpans.flatMap(({ resource, scopeSpans, schemaUrl }) =>
    scopeSpans.flatMap((scopeSpan) =>
      scopeSpan.spans.map((span) => ({
        ...plain(span),
        events: span.events.map(plain),
        links: span.links.map(plain),
        resource: plainAttributes(resource.attributes),
        resourceSchemaUrl: schemaUrl,
        scope: plain(scopeSpan.scope),
        scopeSchemaUrl: scopeSpan.schemaUrl,
      })),
    ),
  )

const plain = <T extends Pick<Span, 'attributes'>>(message: T): Plain<T> => ({
  ...message,
  attributes: plainAttributes(message.attributes),
})
