import { useShortcuts } from './use-shortcuts.ts'

/** Lets j, k and the arrows go through the links of lists: the first link of each row of the tables in `list`. */
export function useRowFocus(list: { readonly current: HTMLElement | null }): void {
  const move = (step: number) => {
    const rows = [...(list.current?.querySelectorAll<HTMLTableRowElement>('tbody tr') ?? [])]
    const links = rows.flatMap((row) => row.querySelector('a') ?? [])
    const at = links.findIndex((link) => link.closest('tr') === document.activeElement?.closest('tr'))
    links[at < 0 ? 0 : Math.min(links.length - 1, Math.max(0, at + step))]?.focus()
  }
  useShortcuts({
    j: () => move(1),
    k: () => move(-1),
    ArrowDown: () => move(1),
    ArrowUp: () => move(-1),
  })
}
