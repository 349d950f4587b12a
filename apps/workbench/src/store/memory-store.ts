import type { StoredSpan } from '../model/stored-span.ts'
import {
  compareSpans,
  type IncomingLink,
  type SpanKnowledge,
  type SpanRef,
  type TelemetryStore,
} from './telemetry-store.ts'

type TraceEntry = { readonly spans: Map<string, StoredSpan>; readonly incoming: Map<string, IncomingLink[]> }

/** Keeps the newest spans of this run in memory. */
export class MemoryStore implements TelemetryStore {
  readonly #maxSpans: number
  /** Bound: traces leave, oldest first, while there are more than `#maxSpans` spans; a link is bounded by its holder. */
  readonly #traces = new Map<string, TraceEntry>()
  #spanCount = 0

  constructor(maxSpans: number) {
    this.#maxSpans = maxSpans
  }

  async write(spans: readonly StoredSpan[]): Promise<void> {
    for (const stored of spans) this.#writeSpan(stored)
    while (this.#spanCount > this.#maxSpans) this.#evictOldest()
  }

  async trace(traceId: string, limit: number) {
    const entry = this.#traces.get(traceId)
    if (!entry || entry.spans.size === 0) return undefined
    const spans = [...entry.spans.values()].sort((a, b) => compareSpans(a.span, b.span)).slice(0, limit)
    return { spans, spanCount: entry.spans.size }
  }

  async incomingLinks(traceId: string, limit: number) {
    const incoming = this.#traces.get(traceId)?.incoming ?? new Map<string, IncomingLink[]>()
    return {
      links: [...incoming.values()].flatMap((links) => links.slice(-limit).reverse()),
      counts: new Map([...incoming].map(([spanId, links]) => [spanId, links.length])),
    }
  }

  async know(refs: readonly SpanRef[]): Promise<readonly SpanKnowledge[]> {
    return refs.map(({ traceId, spanId }) => {
      const entry = this.#traces.get(traceId)
      const span = entry?.spans.get(spanId)
      if (span) return { state: 'stored', span }
      return { state: entry && entry.spans.size > 0 ? 'span_missing' : 'unknown' }
    })
  }

  #writeSpan(stored: StoredSpan): void {
    const { span } = stored
    const { spans } = this.#entry(span.traceId)
    if (spans.has(span.spanId)) return
    spans.set(span.spanId, stored)
    this.#spanCount++
    span.links.forEach((link, position) => {
      if (!link.hasValidIds) return
      const { incoming } = this.#entry(link.traceId)
      const links = incoming.get(link.spanId) ?? []
      if (links.length === 0) incoming.set(link.spanId, links)
      links.push({ targetSpanId: link.spanId, source: stored, position })
    })
  }

  #entry(traceId: string): TraceEntry {
    let entry = this.#traces.get(traceId)
    if (!entry) {
      entry = { spans: new Map(), incoming: new Map() }
      this.#traces.set(traceId, entry)
    }
    return entry
  }

  #evictOldest(): void {
    for (const [traceId, entry] of this.#traces) {
      this.#traces.delete(traceId)
      this.#spanCount -= entry.spans.size
      return
    }
  }
}
