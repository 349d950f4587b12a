import type { ComponentChildren } from 'preact'
import { CopyButton } from './copy-button.tsx'
import './field-list.css'

/** A field by Axiom's name and its value as text. */
export type Field = {
  readonly name: string
  readonly text: string
  /** What else there is to say of it, such as where it was derived from. */
  readonly note?: string | undefined
}

/** Fields whose name or value contains `part`, whatever the case. */
export function fieldsWith(fields: readonly Field[], part: string): readonly Field[] {
  const wanted = part.trim().toLowerCase()
  if (wanted === '') return fields
  return fields.filter(
    ({ name, text }) => name.toLowerCase().includes(wanted) || text.toLowerCase().includes(wanted),
  )
}

/** Fields one below the other, each to be copied; `action` adds what else can be done with one. */
export function FieldList(props: {
  readonly fields: readonly Field[]
  readonly action?: (field: Field) => ComponentChildren
}) {
  if (props.fields.length === 0) return <p class="field-none">No field matches.</p>
  return (
    <dl class="field-list">
      {props.fields.map((field) => (
        <div key={field.name}>
          <dt>{field.name}</dt>
          <dd>
            {field.text}
            {field.note !== undefined && <span class="field-note"> {field.note}</span>}
            <span class="field-actions">
              {props.action?.(field)}
              <CopyButton text={field.text} label={`Copy the value of ${field.name}`} />
            </span>
          </dd>
        </div>
      ))}
    </dl>
  )
}
