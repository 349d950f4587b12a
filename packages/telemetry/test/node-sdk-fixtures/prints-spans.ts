import { writeSync } from 'node:fs'
import { SpanKind } from '@opentelemetry/api'
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace'

/** Prints its spans when it is shut down, as one line of JSON. */
export class PrintingExporter implements SpanExporter {
  readonly #spans: ReadableSpan[] = []

  export(spans: ReadableSpan[], done: (result: { code: number }) => void): void {
    this.#spans.push(...spans)
    done({ code: 0 })
  }

  async shutdown(): Promise<void> {
    const told = this.#spans.map((span) => ({
      kind: SpanKind[span.kind],
      name: span.name,
      traceId: span.spanContext().traceId,
      spanId: span.spanContext().spanId,
      parentSpanId: span.parentSpanContext?.spanId,
      hooks: Object.keys(span.attributes).filter((key) => key.startsWith('app.')),
      links: span.links.map(({ context: { traceId, spanId, isRemote }, attributes }) => {
        return { traceId, spanId, isRemote, relation: attributes?.['linked_traces.relation'] }
      }),
    }))
    writeSync(1, `${JSON.stringify(told)}\n`)
  }
}
