import type { Setting } from './setting.ts'
import type { ConfigProblem } from './telemetry-config-error.ts'

/**
 * A problem for every option that there is none of: in plain JavaScript a misspelt `inbound` would leave a boundary open
 * in silence. Values are never shown, as that of a misspelt `token` is a secret.
 *
 * @param known settings whose options are known, nested ones (`axiom.token`) too
 * @param others names of further options, of any value
 */
export function unknownOptions(
  options: object,
  known: readonly Setting<unknown>[],
  others: readonly string[],
): ConfigProblem[] {
  const paths = [...known.flatMap(({ option }) => option ?? []), ...others]
  return unknownAt('', options, paths)
}

function unknownAt(path: string, value: unknown, known: readonly string[]): ConfigProblem[] {
  const names = [...new Set(known.map((each) => each.split('.', 1)[0] ?? each))]
  if (typeof value !== 'object' || value === null) {
    const expected = `an object of ${names.join(', ')}`
    return [{ key: path, expected, received: 'something else', cure: 'Give each by its name.' }]
  }
  return Object.entries(value).flatMap(([name, inner]) => {
    if (inner === undefined || inner === null || inner === '') return []
    const key = path === '' ? name : `${path}.${name}`
    const nested = known.flatMap((each) => (each.startsWith(`${name}.`) ? each.slice(name.length + 1) : []))
    if (nested.length > 0) return unknownAt(key, inner, nested)
    if (names.includes(name)) return []
    const expected = `one of the options ${names.join(', ')}`
    return [{ key, expected, received: 'another name', cure: 'Correct the name, or remove the option.' }]
  })
}
