import type { TraceSummary } from '../../../src/api/contract.ts'
import { counted } from '../app/counted.ts'
import { formatDuration } from '../app/format-duration.ts'
import { dayAndTime, exactTime, timeAgo } from '../app/format-time.ts'
import { ServiceName } from '../app/service-name.tsx'

/** A trace in the list: leads to its waterfall, its link badge to the traces it is linked to. */
export function TraceRow(props: {
  readonly trace: TraceSummary
  readonly index: number
  /** Of the list's longest trace, in nanoseconds. */
  readonly longest: number
  readonly hues: ReadonlyMap<string, number>
  readonly chosen: boolean
  readonly now: number
  readonly onMark: (traceId: string | null) => void
}) {
  const { trace, hues, now } = props
  const { root } = trace
  const duration = Number(trace.durationNano)
  const failed = trace.errorCount > 0
  return (
    <tr
      class={`trace-row${failed ? ' is-error' : ''}${props.chosen ? ' is-chosen' : ''}`}
      aria-rowindex={props.index + 2}
      onPointerEnter={() => props.onMark(trace.traceId)}
      onPointerLeave={() => props.onMark(null)}
    >
      <td class="trace-name">
        <a
          href={`/traces/${trace.traceId}`}
          aria-current={props.chosen ? 'true' : undefined}
          title={trace.traceId}
        >
          <b>{root.name === '' ? 'unnamed span' : root.name}</b>
          <span class="trace-root">
            <ServiceName name={root.serviceName} hue={hues.get(root.serviceName)} />
            {!root.isRoot && <span class="chip">root not arrived</span>}
          </span>
        </a>
      </td>
      <td class="trace-start" title={exactTime(trace.startTimeUnixNano)}>
        <span>{timeAgo(trace.startTimeUnixNano, now)}</span>
        <span class="secondary">{dayAndTime(trace.startTimeUnixNano, now)}</span>
      </td>
      <td class="trace-duration is-number">
        {formatDuration(duration)}
        <span class="duration-bar" aria-hidden="true">
          <span style={{ width: `${Math.max(1, (100 * duration) / props.longest)}%` }} />
        </span>
      </td>
      <td class="trace-spans is-number">
        {trace.spanCount.toLocaleString('en')}
        <span class="unit"> {trace.spanCount === 1 ? 'span' : 'spans'}</span>
      </td>
      <td class={`trace-errors is-number${failed ? ' is-error' : ' is-none'}`}>
        {trace.errorCount.toLocaleString('en')}
        <span class="unit"> {trace.errorCount === 1 ? 'error' : 'errors'}</span>
      </td>
      <td class="trace-links">
        <LinkBadge trace={trace} />
      </td>
      <td class="trace-services">
        <Services names={trace.services} hues={hues} />
      </td>
    </tr>
  )
}

/** How many links lead out of a trace and into it. */
function LinkBadge({ trace }: { readonly trace: TraceSummary }) {
  const { linksOut, linksIn } = trace
  if (linksOut === 0 && linksIn === 0) return <span class="is-none">none</span>
  const words = `holds ${counted(linksOut, 'link')}, is linked from ${linksIn.toLocaleString('en')}`
  return (
    <a class="link-badge" href={`/linked/${trace.traceId}`} title={`${words}: show the linked traces`}>
      <span class="visually-hidden">Linked traces: {words}</span>
      <span aria-hidden="true">{linksOut.toLocaleString('en')} out</span>
      <span aria-hidden="true">{linksIn.toLocaleString('en')} in</span>
    </a>
  )
}

/** Services named of a trace, and of the rest those that a tooltip names. */
const mostServices = 2
const mostInTooltip = 30

function Services(props: { readonly names: readonly string[]; readonly hues: ReadonlyMap<string, number> }) {
  const rest = props.names.slice(mostServices)
  const more = rest.length > mostInTooltip ? ', …' : ''
  return (
    <>
      {props.names.slice(0, mostServices).map((name) => (
        <ServiceName key={name} name={name} hue={props.hues.get(name)} />
      ))}
      {rest.length > 0 && (
        <span class="secondary" title={`${rest.slice(0, mostInTooltip).join(', ')}${more}`}>
          +{rest.length.toLocaleString('en')}
        </span>
      )}
    </>
  )
}
