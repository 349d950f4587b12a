import type { Attributes, Link } from '@opentelemetry/api'
import { SpanKind } from '@opentelemetry/api'
import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import type { LinkRelation } from '../links/relation.ts'
import { ATTR_LINK_RELATION } from '../links/relation.ts'
import { createResource } from './create-resource.ts'
import { DISTRO } from './distro.ts'

export interface LinkedTestTraces {
  readonly spans: readonly ReadableSpan[]
  /** The trace of the span that called, and that of the root which its call started. */
  readonly traceIds: readonly [caller: string, callee: string]
}

/** Two traces of one span each, with links both ways: the smallest of what this package is for. */
export function makeLinkedTestTraces(resourceAttributes: Attributes): LinkedTestTraces {
  const exporter = new InMemorySpanExporter()
  const provider = new TracerProvider({
    resource: createResource(resourceAttributes),
    spanProcessors: [new SimpleSpanProcessor({ exporter })],
  })
  const tracer = provider.getTracer(DISTRO.name, DISTRO.version)
  const caller = tracer.startSpan('linked-traces doctor: caller', { kind: SpanKind.CLIENT })
  const callee = tracer.startSpan('linked-traces doctor: callee', {
    kind: SpanKind.SERVER,
    links: [link(caller.spanContext(), 'caller')],
  })
  caller.addLink(link(callee.spanContext(), 'callee'))
  callee.end()
  caller.end()
  return {
    spans: exporter.getFinishedSpans(),
    traceIds: [caller.spanContext().traceId, callee.spanContext().traceId],
  }
}

function link(context: Link['context'], relation: LinkRelation): Link {
  return { context, attributes: { [ATTR_LINK_RELATION]: relation } }
}
