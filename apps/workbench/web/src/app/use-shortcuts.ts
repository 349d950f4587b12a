import { useEffect, useRef } from 'preact/hooks'

/** What keys do, by `KeyboardEvent.key`. Returning `false` leaves the key to the browser. */
export type Shortcuts = { readonly [key: string]: (event: KeyboardEvent) => unknown }

/** Listens to keys on the whole page, but for those typed into a field; `Escape` also leaves fields. */
export function useShortcuts(shortcuts: Shortcuts): void {
  const latest = useRef(shortcuts)
  latest.current = shortcuts
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return
      const target = event.target instanceof HTMLElement ? event.target : null
      if (document.querySelector('dialog[open]')) return
      if (target?.closest('input, textarea, select')) {
        if (event.key !== 'Escape') return
        // Search fields would be emptied, after losing the focus even without telling anybody.
        event.preventDefault()
        target.blur()
        return
      }
      // Enter and Space press the button that has the focus; arrows move between tabs.
      if (target?.closest('button, a, summary') && (event.key === 'Enter' || event.key === ' ')) return
      if (target?.closest('[role=tablist], [role=separator]') && event.key.startsWith('Arrow')) return
      const act = latest.current[event.key]
      if (act && act(event) !== false) event.preventDefault()
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [])
}
