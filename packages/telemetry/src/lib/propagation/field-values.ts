import type { TextMapGetter } from '@opentelemetry/api'
import { trimOptionalWhitespace } from '../links/optional-whitespace.ts'

/** Every value a carrier holds under a name, without white space around it. */
export function fieldValues(carrier: unknown, name: string, getter: TextMapGetter): string[] {
  const found: unknown = getter.get(carrier, name)
  if (typeof found === 'string') return [trimOptionalWhitespace(found)]
  if (!Array.isArray(found)) return []
  return found.filter((value) => typeof value === 'string').map(trimOptionalWhitespace)
}
