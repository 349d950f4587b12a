import type { IncomingHttpHeaders } from 'node:http'
import type { Attributes, Span } from '@opentelemetry/api'
import { ATTR_LINK_RELATION } from '../links/relation.ts'
import { calleeOf } from '../links/trace-response.ts'

const CALLEE: Attributes = { [ATTR_LINK_RELATION]: 'callee' }

/** Both headers that may name a callee, `traceresponse` and `server-timing`, have as many characters. */
const NAME_LENGTH = 13

/**
 * Links a CLIENT span to the new root its call started, where the response names one in another trace.
 *
 * @param headers by name in lower case (`node:http`), or a flat list of names and values (undici)
 */
export function linkToCallee(
  span: Span,
  headers: IncomingHttpHeaders | readonly (Uint8Array | string)[],
): void {
  if (!span.isRecording()) return
  const naming = isFlat(headers) ? namingHeaders(headers) : headers
  if (naming === undefined || !('traceresponse' in naming || 'server-timing' in naming)) return
  const callee = calleeOf(naming)
  if (callee === undefined || callee.traceId === span.spanContext().traceId) return
  span.addLink({ context: callee, attributes: CALLEE })
}

function isFlat(headers: object): headers is readonly (Uint8Array | string)[] {
  return Array.isArray(headers)
}

/** The two headers of a flat list, the only ones worth decoding; `undefined` in the common case of none. */
function namingHeaders(headers: readonly (Uint8Array | string)[]): Record<string, string[]> | undefined {
  let naming: Record<string, string[]> | undefined
  for (let index = 0; index + 1 < headers.length; index += 2) {
    if (headers[index]?.length !== NAME_LENGTH) continue
    const name = String(headers[index]).toLowerCase()
    if (name !== 'traceresponse' && name !== 'server-timing') continue
    naming ??= {}
    naming[name] ??= []
    naming[name].push(String(headers[index + 1]))
  }
  return naming
}
