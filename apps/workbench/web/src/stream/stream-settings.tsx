import { useId, useState } from 'preact/hooks'
import { Icon } from '../app/icon.tsx'
import { changeQuery } from '../app/location.ts'
import { mostColumns, type StreamView, timeForms } from './stream-view.ts'

/** What a line of the stream shows: the form of its time, fields in columns of their own, and whether the rest of the row follows. */
export function StreamSettings(props: {
  readonly view: StreamView
  /** Fields of the rows at hand. */
  readonly fields: readonly string[]
}) {
  const { view, fields } = props
  const id = useId()
  const [draft, setDraft] = useState('')
  const show = (columns: readonly string[]) => changeQuery({ columns: columns.join(',') }, { replace: true })
  const add = () => {
    const name = draft.trim()
    if (name !== '' && !view.columns.includes(name)) show([...view.columns, name])
    setDraft('')
  }
  const full = view.columns.length >= mostColumns
  return (
    <details
      class="settings"
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || !event.currentTarget.open) return
        event.stopPropagation()
        event.currentTarget.open = false
        event.currentTarget.querySelector('summary')?.focus()
      }}
    >
      <summary class="button">
        <Icon name="columns" />
        <span class="settings-word">Columns</span>
      </summary>
      <div class="settings-body">
        <label>
          Time
          <select
            class="select"
            value={view.time}
            onChange={({ currentTarget: { value } }) =>
              changeQuery({ time: value === 'clock' ? null : value }, { replace: true })
            }
          >
            {Object.entries(timeForms).map(([form, words]) => (
              <option key={form} value={form}>
                {words}
              </option>
            ))}
          </select>
        </label>
        <form
          onSubmit={(event) => {
            event.preventDefault()
            add()
          }}
        >
          <label>
            Fields as columns
            <input
              type="text"
              class="text-field"
              list={`${id}-fields`}
              placeholder={full ? `${mostColumns} are shown` : 'a field, Enter'}
              disabled={full}
              spellcheck={false}
              autocomplete="off"
              value={draft}
              onInput={(event) => setDraft(event.currentTarget.value)}
            />
          </label>
          <datalist id={`${id}-fields`}>
            {fields.map((field) => (
              <option key={field} value={field} />
            ))}
          </datalist>
        </form>
        {view.columns.length > 0 && (
          <ul class="settings-columns">
            {view.columns.map((name) => (
              <li key={name}>
                <code>{name}</code>
                <button
                  type="button"
                  class="icon-button quiet"
                  aria-label={`Remove the column ${name}`}
                  onClick={() => show(view.columns.filter((other) => other !== name))}
                >
                  <Icon name="close" />
                </button>
              </li>
            ))}
          </ul>
        )}
        <label class="switch">
          <input
            type="checkbox"
            checked={view.rest}
            onChange={(event) =>
              changeQuery({ rest: event.currentTarget.checked ? null : 'hidden' }, { replace: true })
            }
          />
          the other fields, in line
        </label>
      </div>
    </details>
  )
}
