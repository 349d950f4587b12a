/**
 * Writes fields into an object, a `Map` or `Headers`, in place of those of the same name in any case.
 *
 * @param others names, in lower case, of further fields that have to go
 */
export function replaceFields(
  carrier: object,
  fields: ReadonlyMap<string, string>,
  others: readonly string[] = [],
): void {
  const outdated = outdatedBy(fields, others)
  if (isCollection(carrier)) {
    for (const name of [...carrier.keys()]) if (outdated.has(String(name).toLowerCase())) carrier.delete(name)
    for (const [name, value] of fields) carrier.set(name, value)
  } else {
    for (const name of Object.keys(carrier))
      if (outdated.has(name.toLowerCase())) Reflect.deleteProperty(carrier, name)
    Object.assign(carrier, Object.fromEntries(fields))
  }
}

/**
 * The names, in lower case, of the fields that have to go when these are written: their own, and with a `traceparent`
 * the `tracestate` of the one it replaces.
 */
export function outdatedBy(
  fields: ReadonlyMap<string, string>,
  others: readonly string[] = [],
): ReadonlySet<string> {
  const outdated = new Set(others)
  for (const name of fields.keys()) outdated.add(name.toLowerCase())
  if (outdated.has('traceparent')) outdated.add('tracestate')
  return outdated
}

/** `Map` and `Headers`, of whichever realm or package. */
interface Collection {
  keys(): Iterable<string>
  delete(name: string): unknown
  set(name: string, value: string): unknown
}

function isCollection(carrier: object): carrier is Collection {
  return ['keys', 'delete', 'set'].every((method) => typeof Reflect.get(carrier, method) === 'function')
}
