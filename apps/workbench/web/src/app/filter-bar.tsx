import { useEffect, useId, useRef, useState } from 'preact/hooks'
import type { OperationStatistics, ServiceStatistics } from '../../../src/api/contract.ts'
import './filter-bar.css'
import { type FilterSuggestion, filterSuggestions } from './filter-suggestions.ts'
import { parseFilterText } from './filter-text.ts'
import { Icon } from './icon.tsx'
import { useAnswer } from './use-answer.ts'
import { useShortcuts } from './use-shortcuts.ts'

/** A pause in typing after which the filter is applied, in milliseconds. */
const pauseMillis = 300

/**
 * A filter as one line of text, with suggestions for what is being written. `onApply` is told the text once it can be read; `/` brings
 * the focus here.
 */
export function FilterBar(props: { readonly text: string; readonly onApply: (text: string) => void }) {
  const [draft, setDraft] = useState(props.text)
  const [caret, setCaret] = useState(0)
  const [open, setOpen] = useState(false)
  const [active, setActive] = useState(-1)
  const input = useRef<HTMLInputElement>(null)
  const applied = useRef(props.text)
  /** Whether the draft is the reader's, not what was applied: only that may be applied by a pause or by leaving. */
  const edited = useRef(false)
  const id = useId()
  const services = useAnswer<readonly ServiceStatistics[]>(open ? '/api/services?from=0' : null)
  const operations = useAnswer<readonly OperationStatistics[]>(
    open ? '/api/operations?from=0&limit=1000' : null,
  )

  // Another view, or a link that adds a term, brings another text.
  useEffect(() => {
    if (props.text !== applied.current) {
      setDraft(props.text)
      edited.current = false
    }
    applied.current = props.text
  }, [props.text])

  const { problems } = parseFilterText(draft)
  const apply = (text: string) => {
    if (text === applied.current || parseFilterText(text).problems.length > 0) return
    applied.current = text
    edited.current = false
    props.onApply(text)
  }

  useShortcuts({
    '/': () => {
      input.current?.focus()
      input.current?.select()
    },
  })

  const known = {
    services: (services.value ?? []).map(({ serviceName }) => serviceName),
    operations: [...new Set((operations.value ?? []).map(({ operation }) => operation))],
  }
  const suggestions = open ? filterSuggestions(draft, caret, known) : []
  const shown = suggestions.length > 0
  const latestApply = useRef(apply)
  latestApply.current = apply
  // A term that more can be said of is not complete.
  const begun = shown && /\S$/.test(draft)
  useEffect(() => {
    if (begun) return
    const timer = setTimeout(() => edited.current && latestApply.current(draft), pauseMillis)
    return () => clearTimeout(timer)
  }, [draft, begun])
  const close = () => {
    setOpen(false)
    setActive(-1)
  }
  const read = () => {
    const element = input.current
    if (!element) return
    if (element.value !== draft) edited.current = true
    setDraft(element.value)
    setCaret(element.selectionStart ?? element.value.length)
    setOpen(true)
    setActive(-1)
  }
  const accept = (suggestion: FilterSuggestion) => {
    const before = draft.slice(0, suggestion.start) + suggestion.text
    const after = draft.slice(suggestion.end)
    const blank = suggestion.complete && !after.startsWith(' ') ? ' ' : ''
    const text = before + blank + after
    const at = before.length + (suggestion.complete ? 1 : 0)
    edited.current = true
    setDraft(text)
    setCaret(at)
    setActive(-1)
    if (suggestion.complete) apply(text.trim())
    // At once, so that what is typed next stands behind it.
    const field = input.current
    if (!field) return
    field.value = text
    field.focus()
    field.setSelectionRange(at, at)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const chosen = suggestions[active]
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault()
      if (!open) return read()
      const step = event.key === 'ArrowDown' ? 1 : -1
      const places = suggestions.length + 1
      setActive((place) => ((place + 1 + step + places) % places) - 1)
    } else if (event.key === 'Enter') {
      event.preventDefault()
      if (chosen) accept(chosen)
      else {
        apply(draft)
        close()
      }
    } else if (event.key === 'Tab' && chosen) {
      event.preventDefault()
      accept(chosen)
    } else if (event.key === 'Escape' && shown) {
      event.preventDefault()
      event.stopPropagation()
      close()
    }
  }
  return (
    <search class="filter-bar">
      <Icon name="search" />
      <input
        ref={input}
        type="text"
        role="combobox"
        aria-label="Filter"
        aria-expanded={shown}
        aria-controls={`${id}-list`}
        aria-autocomplete="list"
        aria-activedescendant={active >= 0 ? `${id}-${active}` : undefined}
        aria-invalid={problems.length > 0}
        aria-describedby={`${id}-problem`}
        placeholder="Filter: words, or service=… status=error duration>=100ms"
        spellcheck={false}
        autocomplete="off"
        autocapitalize="off"
        value={draft}
        onInput={read}
        onClick={read}
        onKeyUp={(event) => {
          if (event.key === 'ArrowLeft' || event.key === 'ArrowRight') read()
        }}
        onKeyDown={onKeyDown}
        onBlur={() => {
          close()
          if (edited.current) apply(draft)
        }}
      />
      {draft !== '' && (
        <button
          type="button"
          class="icon-button quiet"
          aria-label="Clear the filter"
          title="Clear the filter"
          onClick={() => {
            setDraft('')
            apply('')
            input.current?.focus()
          }}
        >
          <Icon name="close" />
        </button>
      )}
      <p id={`${id}-problem`} class="filter-problem" role="status">
        {!shown && problems[0]?.message}
      </p>
      {/* The list keeps its place in the tree, so that `aria-controls` always leads somewhere. */}
      <div
        id={`${id}-list`}
        class="filter-suggestions"
        role="listbox"
        aria-label="Suggestions"
        hidden={!shown}
      >
        {suggestions.map((suggestion, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: keys are the field's, which keeps the focus.
          <div
            key={suggestion.label}
            id={`${id}-${index}`}
            role="option"
            tabIndex={-1}
            aria-selected={index === active}
            // Pressing must not take the focus from the field, which would close the list before the click.
            onPointerDown={(event) => event.preventDefault()}
            onClick={() => accept(suggestion)}
          >
            <code>{suggestion.label}</code>
            {suggestion.hint !== '' && <span>{suggestion.hint}</span>}
          </div>
        ))}
      </div>
    </search>
  )
}
