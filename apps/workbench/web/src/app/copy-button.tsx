import { useEffect, useState } from 'preact/hooks'
import { Icon } from './icon.tsx'

/** Copies `text`, and says so for two seconds. */
export function CopyButton({ text, label }: { readonly text: string; readonly label: string }) {
  const [copied, setCopied] = useState(false)
  useEffect(() => {
    if (!copied) return
    const timer = setTimeout(() => setCopied(false), 2_000)
    return () => clearTimeout(timer)
  }, [copied])
  const copy = () => navigator.clipboard.writeText(text).then(() => setCopied(true), console.error)
  return (
    <button type="button" class="icon-button quiet" aria-label={label} title={label} onClick={copy}>
      <Icon name={copied ? 'done' : 'copy'} />
      <span class="visually-hidden" role="status">
        {copied ? 'Copied' : ''}
      </span>
    </button>
  )
}
