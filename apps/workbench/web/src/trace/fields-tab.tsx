import { useState } from 'preact/hooks'
import type { AttributeValue, SpanDetail } from '../../../src/api/contract.ts'
import { CopyButton } from '../app/copy-button.tsx'
import { attributeText } from './span-filter.ts'

/** The span as Axiom would have it: flat fields in the order of their names, or as JSON. */
export function FieldsTab({ span }: { readonly span: SpanDetail }) {
  const [filter, setFilter] = useState('')
  const [raw, setRaw] = useState(false)
  const json = JSON.stringify(span.row, null, 2)
  const wanted = filter.toLowerCase()
  const sent = fieldsOf(span.row)
  const derived = span.derivedFields.map(({ field, value, from }) => ({ field, value, from }))
  const fields = [...sent.map(({ field, value }) => ({ field, value, from: null })), ...derived]
    .filter(({ field, value }) => `${field} ${attributeText(value)}`.toLowerCase().includes(wanted))
    .sort((a, b) => (a.field < b.field ? -1 : 1))
  return (
    <>
      <div class="tab-tools">
        <input
          type="search"
          aria-label="Filter fields"
          placeholder="Filter fields"
          value={filter}
          disabled={raw}
          onInput={(event) => setFilter(event.currentTarget.value)}
        />
        <button type="button" class="button" aria-pressed={raw} onClick={() => setRaw(!raw)}>
          JSON
        </button>
        <CopyButton text={json} label="Copy the span as JSON" />
      </div>
      {raw ? (
        <pre class="raw">{json}</pre>
      ) : (
        <dl class="fields">
          {fields.map(({ field, value, from }) => (
            <div key={field} class={from ? 'field derived' : 'field'}>
              <dt>{field}</dt>
              <dd>
                <bdi class={value === null ? 'muted' : undefined}>{attributeText(value)}</bdi>
                {from && <span class="muted derived-from">derived from {from.join(', ')}</span>}
                <CopyButton text={attributeText(value)} label={`Copy ${field}`} />
              </dd>
            </div>
          ))}
        </dl>
      )}
      {!raw && fields.length === 0 && <p class="empty">No field has “{filter}” in its name or value.</p>}
    </>
  )
}

/** The row's fields. Maps of custom attributes are opened up, in the way a query would name what they hold. */
function fieldsOf(row: SpanDetail['row']): { field: string; value: AttributeValue }[] {
  return Object.entries(row).flatMap(([field, value]) => {
    if (!field.endsWith('.custom') || value === null || typeof value !== 'object' || Array.isArray(value))
      return [{ field, value }]
    return Object.entries(value).map(([key, inner]) => ({
      field: `${field}[${JSON.stringify(key)}]`,
      value: inner as AttributeValue,
    }))
  })
}
