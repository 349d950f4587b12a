import type { ExportTraceServiceRequest } from '@linked-traces/otlp-receiver'
import type { StoredSpan } from '../model/stored-span.ts'

/** The spans of an export, each with what produced it. */
export function receivedSpans(request: ExportTraceServiceRequest, receivedAt: number): StoredSpan[] {
  return request.resourceSpans.flatMap(({ resource, schemaUrl: resourceSchemaUrl, scopeSpans }) =>
    scopeSpans.flatMap(({ scope, schemaUrl: scopeSchemaUrl, spans }) =>
      spans.map((span) => ({ span, resource, resourceSchemaUrl, scope, scopeSchemaUrl, receivedAt })),
    ),
  )
}
