import type { Context, TextMapSetter } from '@opentelemetry/api'
import { propagation } from '@opentelemetry/api'
import { outdatedBy } from '../links/replace-fields.ts'

/** A request of undici that is not sent yet. */
export interface UndiciRequest {
  /** Names and values in turn; in undici 5 the lines of the head, each with its line break. */
  headers: unknown
  addHeader?(name: string, value: string): unknown
}

const APPEND: TextMapSetter<UndiciRequest> = {
  set(request, name, value) {
    if (typeof request.addHeader === 'function') request.addHeader(name, value)
    else if (typeof request.headers === 'string') request.headers += `${name}: ${value}\r\n`
    else if (Array.isArray(request.headers)) request.headers.push(name, value)
  },
}

/** Writes a context into a request, in place of what the caller has set of it. */
export function injectUndici(context: Context, request: UndiciRequest): void {
  makeRoom(request, context)
  propagation.inject(context, request, APPEND)
}

/**
 * Removes what a caller has set of the fields that a context is about to be written into: whoever writes it appends, and
 * of two `traceparent` no receiver takes either.
 */
export function makeRoom(request: UndiciRequest, sent: Context): void {
  // The names alone first: hardly a caller sets any of them.
  if (!hasAny(request.headers, propagation.fields())) return
  const fields = new Map<string, string>()
  propagation.inject(sent, fields, { set: (map, name, value) => map.set(name, value) })
  request.headers = without(request.headers, outdatedBy(fields))
}

function hasAny(headers: unknown, names: readonly string[]): boolean {
  if (typeof headers === 'string') return withoutLines(headers, new Set(names)) !== headers
  if (!Array.isArray(headers)) return false
  for (let index = 0; index < headers.length; index += 2) {
    const name = String(headers[index])
    for (const field of names) {
      // Most names are told apart by their lengths.
      if (name.length === field.length && name.toLowerCase() === field) return true
    }
  }
  return false
}

/** The same headers if none of them has one of these names (in lower case). */
function without(headers: unknown, names: ReadonlySet<string>): unknown {
  if (typeof headers === 'string') return withoutLines(headers, names)
  if (!Array.isArray(headers)) return headers
  const isKept = (index: number) => !names.has(String(headers[index]).toLowerCase())
  const kept = headers.filter((_, index) => isKept(index - (index % 2)))
  return kept.length === headers.length ? headers : kept
}

function withoutLines(head: string, names: ReadonlySet<string>): string {
  return head
    .split(/(?<=\r\n)/)
    .filter((line) => !names.has(line.slice(0, line.indexOf(':')).toLowerCase()))
    .join('')
}
