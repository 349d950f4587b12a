import type { AttributeValue, Row } from '../../../src/api/contract.ts'

/** A field of a row and its value as one line of text; an attribute goes by its own key, which is also what a filter takes. */
export type RowField = { readonly name: string; readonly text: string }

/** Told by other means in the line of a row, or the same in every row. */
const toldElsewhere = new Set([
  '_time',
  '_rowId',
  '_sysTime',
  'service.name',
  'name',
  'duration',
  'error',
  'status.code',
])

/** Long, and of use only to machines: they come last. */
const ids = ['trace_id', 'span_id', 'parent_span_id']

/** More text than any screen has room for in one line. */
const lineLength = 1_000

/**
 * What a row has to say beside its time, service, name and duration, in the order of interest: what went wrong, what kind it is, the
 * attributes by name, the ids. Fields without a value are left out, and so is what no line has room for.
 */
export function lineFields(row: Row): RowField[] {
  const names = Object.keys(row)
    .filter((name) => !toldElsewhere.has(name) && !ids.includes(name))
    .sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1))
  const fields: RowField[] = []
  let length = 0
  for (const name of [...names, ...ids]) {
    for (const field of fieldsOf(name, row[name])) {
      length += field.name.length + field.text.length
      fields.push(field)
      if (length > lineLength) return fields
    }
  }
  return fields
}

/** A value as one line of text; `null` when there is none. */
export function valueText(value: AttributeValue | undefined): string | null {
  if (value === null || value === undefined) return null
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

/** A field by the name that {@link lineFields} or a filter has for it, as one line of text; `null` where the row lacks it. */
export function fieldText(row: Row, name: string): string | null {
  const member = (map: string, key: string): AttributeValue | undefined => {
    const value = row[map]
    return value !== null && typeof value === 'object' && !Array.isArray(value)
      ? (value as { readonly [key: string]: AttributeValue })[key]
      : undefined
  }
  const found =
    row[name] ??
    row[`attributes.${name}`] ??
    member('attributes.custom', name.replace(/^attributes\./, '')) ??
    member('resource.custom', name.replace(/^resource\./, ''))
  return valueText(found)?.slice(0, lineLength) ?? null
}

const rank = (name: string): number =>
  name === 'status.message'
    ? 0
    : name === 'kind'
      ? 1
      : name.startsWith('attributes.')
        ? 2
        : name.startsWith('resource.')
          ? 4
          : 3

/** One field, but for maps of attributes, whose members are fields. */
function fieldsOf(name: string, value: AttributeValue | undefined): RowField[] {
  if (name.endsWith('.custom') && value !== null && typeof value === 'object' && !Array.isArray(value)) {
    return Object.entries(value).flatMap(([key, member]) => fieldsOf(name.replace('custom', key), member))
  }
  if (Array.isArray(value) && value.length === 0) return []
  const text = valueText(value)
  return text === null || text === ''
    ? []
    : [{ name: name.replace(/^attributes\./, ''), text: text.slice(0, lineLength) }]
}
