import type { LinkWarning } from '../../../src/api/contract.ts'
import { Icon } from '../app/icon.tsx'
import { addressOf } from '../app/route.ts'
import { refKey } from './relations.ts'

/** Warnings listed before the rest is asked for. */
const listed = 6

const titles: { readonly [code in LinkWarning['code']]: string } = {
  self_link: 'Link to itself',
  unsampled_target: 'Target not sampled',
  no_reverse_link: 'No link back',
  invalid_ids: 'Invalid ids',
  links_dropped: 'Links dropped',
  duplicate_link: 'Same link twice',
}

/** What the authors of these links would want to know. */
export function WarningList(props: {
  readonly warnings: readonly LinkWarning[]
  readonly via: (traceId: string) => string | null
}) {
  const { warnings, via } = props
  if (warnings.length === 0) return null
  const item = (warning: LinkWarning) => (
    <li key={`${refKey(warning.source)} ${warning.code} ${warning.position}`}>
      <Icon name="warning" />
      <strong>{titles[warning.code]}</strong>
      <span>{warning.message}</span>
      <a
        href={addressOf(`/traces/${warning.source.traceId}`, {
          span: warning.source.spanId,
          tab: 'links',
          via: via(warning.source.traceId),
        })}
      >
        View span
      </a>
    </li>
  )
  return (
    <section class="panel" aria-labelledby="lint-title">
      <div class="panel-head">
        <h2 id="lint-title">Link lint</h2>
        <p class="muted legend">
          {warnings.length} {warnings.length === 1 ? 'thing' : 'things'} their authors may want to know
        </p>
      </div>
      <ul class="warnings">{warnings.slice(0, listed).map(item)}</ul>
      {warnings.length > listed && (
        <details class="warnings-rest">
          <summary>{warnings.length - listed} more</summary>
          <ul class="warnings">{warnings.slice(listed).map(item)}</ul>
        </details>
      )}
    </section>
  )
}
