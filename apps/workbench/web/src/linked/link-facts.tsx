import type { Attributes, TraceFlags } from '../../../src/api/contract.ts'
import { attributeText } from '../trace/span-filter.ts'
import { traceStateMembers } from './trace-state.ts'

/** Everything a link says besides whom it points at. */
export function LinkFacts(props: {
  readonly attributes: Attributes
  readonly flags: TraceFlags
  readonly traceState: string
  readonly droppedAttributesCount?: number
}) {
  const { attributes, flags, traceState, droppedAttributesCount = 0 } = props
  return (
    <dl class="facts">
      {Object.entries(attributes).map(([key, value]) => (
        <div key={key}>
          <dt>{key}</dt>
          <dd>
            <bdi>{attributeText(value)}</bdi>
          </dd>
        </div>
      ))}
      {droppedAttributesCount > 0 && (
        <div>
          <dt>dropped attributes</dt>
          <dd>{droppedAttributesCount}</dd>
        </div>
      )}
      <div>
        <dt>flags</dt>
        <dd>{flagWords(flags)}</dd>
      </div>
      {traceStateMembers(traceState).map(({ key, value, meaning }, index) => (
        <div key={`${index} ${key}`}>
          <dt>tracestate {key}</dt>
          <dd>
            {value}
            {meaning && <span class="muted"> · {meaning}</span>}
          </dd>
        </div>
      ))}
    </dl>
  )
}

function flagWords({ value, sampled, random, remote }: TraceFlags): string {
  const said = [
    sampled ? 'sampled' : remote === null ? 'sampling not told' : 'not sampled',
    ...(random ? ['random trace id'] : []),
    ...(remote === null ? [] : [remote ? 'from another process' : 'from the same process']),
  ]
  return `${said.join(', ')} (0x${value.toString(16).padStart(2, '0')})`
}
