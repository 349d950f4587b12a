import type { DecodedTraces } from './decoded-traces.ts'
import { Defects } from './defects.ts'
import type { ResourceSpans, ScopeSpans, Span } from './model/export-trace-service-request.ts'
import { isSpanId, isTraceId } from './model/ids.ts'
import { RejectedSpans } from './rejected-spans.ts'

const invalidTraceId = 'traceId is not 16 bytes or is all zero'
const invalidSpanId = 'spanId is not 8 bytes or is all zero'
const base64Id = 'ids are base64, OTLP/JSON wants hex'

/**
 * Decides which of the decoded spans are kept. One bad span costs one span, whichever encoding it came in; a resource or
 * scope that cannot be kept costs the spans under it.
 */
export class TraceAssembly {
  readonly defects = new Defects()
  readonly #rejected = new RejectedSpans()
  #spanCount = 0
  /** The trace id of the span before, which was valid: spans of one trace travel together. */
  #lastTraceId = ''

  readonly #idsAreText: boolean

  /** `idsAreText`: ids were written as text (JSON), so they may be in a wrong notation. */
  constructor(idsAreText: boolean) {
    this.#idsAreText = idsAreText
  }

  /** Adds `span` to `spans` unless something about it cannot be kept. The three numbers say where in the request it stands. */
  addSpan(spans: Span[], span: Span, resource: number, scope: number, index: number): void {
    const reason = this.defects.take() ?? this.#idFault(span)
    if (reason !== undefined) {
      this.#rejected.reject(reason, `resourceSpans[${resource}].scopeSpans[${scope}].spans[${index}]`)
      return
    }
    spans.push(span)
    this.#spanCount++
  }

  /** Closes a scope whose own fault (not that of its spans) is `fault`. */
  addScope(
    scopes: ScopeSpans[],
    scope: ScopeSpans,
    fault: string | undefined,
    resource: number,
    index: number,
  ): void {
    if (fault === undefined) scopes.push(scope)
    else
      this.#drop(scope.spans.length, `its scope: ${fault}`, `resourceSpans[${resource}].scopeSpans[${index}]`)
  }

  /** Closes a resource whose own fault (not that of its scopes) is `fault`. */
  addResource(
    resources: ResourceSpans[],
    resource: ResourceSpans,
    fault: string | undefined,
    index: number,
  ): void {
    if (fault === undefined) resources.push(resource)
    else {
      const spans = resource.scopeSpans.reduce((count, scope) => count + scope.spans.length, 0)
      this.#drop(spans, `its resource: ${fault}`, `resourceSpans[${index}]`)
    }
  }

  finish(resourceSpans: ResourceSpans[]): DecodedTraces {
    if (this.defects.profilingReference) {
      this.#rejected.note('keyStrindex and stringValueStrindex belong to profiles and were read as unset.')
    }
    return {
      request: { resourceSpans },
      spanCount: this.#spanCount,
      rejectedSpans: this.#rejected.count,
      errorMessage: this.#rejected.message,
    }
  }

  #idFault(span: Span): string | undefined {
    const { traceId, spanId } = span
    if (traceId !== this.#lastTraceId || traceId === '') {
      if (!isTraceId(traceId)) return this.#idsAreText && looksBase64(traceId, 16) ? base64Id : invalidTraceId
      this.#lastTraceId = traceId
    }
    if (!isSpanId(spanId)) return this.#idsAreText && looksBase64(spanId, 8) ? base64Id : invalidSpanId
    return undefined
  }

  #drop(count: number, reason: string, path: string): void {
    this.#spanCount -= count
    if (count > 0) this.#rejected.reject(reason, path, count)
    else this.#rejected.note(`Ignored ${path} without spans: ${reason}.`)
  }
}

/** Base64 of 16 (8) bytes: 24 (12) characters with their padding, 22 (11) without. */
const looksBase64 = (id: string, bytes: 8 | 16): boolean =>
  /^[A-Za-z0-9+/_-]+={0,2}$/.test(id) && id.replace(/=+$/, '').length === Math.ceil((bytes * 4) / 3)
