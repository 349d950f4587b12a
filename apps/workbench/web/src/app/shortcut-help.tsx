import { useEffect, useRef } from 'preact/hooks'
import { Icon } from './icon.tsx'

const shortcuts = [
  ['/', 'Filter'],
  ['j  k  or  ↓  ↑', 'Next and previous row'],
  ['→  ←', 'Unfold; fold, or go to the parent'],
  ['+  −  0', 'Zoom in, out, and back to the whole trace'],
  ['l', 'A trace alone, or with those it is linked to'],
  ['c', 'Critical path'],
  ['p', 'Pause the stream; let it go on'],
  ['r', 'Search traces again'],
  ['Esc', 'Close what is open'],
  ['?', 'This list'],
] as const

/** The keys, in a dialog. */
export function ShortcutHelp({ onClose }: { readonly onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => dialog.current?.showModal(), [])
  return (
    <dialog ref={dialog} class="help" aria-labelledby="help-title" onClose={onClose}>
      <header>
        <h2 id="help-title">Keys</h2>
        <form method="dialog">
          <button type="submit" class="icon-button" aria-label="Close">
            <Icon name="close" />
          </button>
        </form>
      </header>
      <dl>
        {shortcuts.map(([keys, meaning]) => (
          <div key={keys}>
            <dt>{keys.split('  ').map((key) => (key === 'or' ? ' or ' : <kbd key={key}>{key}</kbd>))}</dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
    </dialog>
  )
}
