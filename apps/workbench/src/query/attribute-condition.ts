import type { AttributeValue } from '../api/contract.ts'
import type { AnyValue } from '../model/span.ts'
import type { AttributeCondition } from '../store/telemetry-store.ts'
import { attributeRenames, newerValues, olderValue } from './attribute-renames.ts'

/** Values an attribute may have when a user writes it as `text`. */
export function valuesOfText(text: string): AnyValue[] {
  const values: AnyValue[] = [{ type: 'string', value: text }]
  if (text === 'true' || text === 'false') values.push({ type: 'bool', value: text === 'true' })
  if (/^-?\d{1,19}$/.test(text)) {
    const value = BigInt(text)
    if (value === BigInt.asIntN(64, value)) values.push({ type: 'int', value })
  }
  if (/^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(text)) values.push({ type: 'double', value: Number(text) })
  if (text === 'NaN' || text === 'Infinity' || text === '-Infinity')
    values.push({ type: 'double', value: Number(text) })
  return values
}

/**
 * Conditions that hold for spans which have attribute `key` with a value written `text`, or its older or newer names with values to
 * match. `http.target` without a query is also looked for as a `url.path` whose span may have a `url.query`.
 */
export function attributeConditions(key: string, text: string): AttributeCondition[] {
  const own = { keys: new Set([key]), texts: new Set([text]) }
  const alsoAs = (name: string, value: AttributeValue | undefined): void => {
    if (value === undefined) return
    own.keys.add(name)
    own.texts.add(String(value))
  }
  const splits: AttributeCondition[] = []
  const isPart = attributeRenames.some(({ newer }) => newer.length > 1 && newer.includes(key))
  for (const rename of attributeRenames) {
    if (rename.older === key) {
      const [first, ...rest] = newerValues(rename, text)
      alsoAs(rename.newer[0] ?? key, first)
      // Either the older attribute is there, or all the newer are: the first here, each other in a condition of its own.
      rest.forEach((value, index) => {
        const name = rename.newer[index + 1]
        if (name === undefined || value === undefined) return
        splits.push({ keys: [key, name], values: [...valuesOfText(text), ...valuesOfText(String(value))] })
      })
    } else if (rename.newer[0] === key) alsoAs(rename.older, olderValue(rename, [text]))
  }
  const values = [...own.texts].flatMap(valuesOfText)
  return [{ keys: [...own.keys], values, ...(isPart && { partKey: key }) }, ...splits]
}
