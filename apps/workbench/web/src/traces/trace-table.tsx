import { useEffect, useMemo, useRef } from 'preact/hooks'
import type { TraceSummary } from '../../../src/api/contract.ts'
import { counted } from '../app/counted.ts'
import { changeQuery, navigate } from '../app/location.ts'
import { ProblemNote } from '../app/problem-note.tsx'
import { serviceColours } from '../app/service-colours.ts'
import { SpacerRow } from '../app/spacer-row.tsx'
import { useNow } from '../app/use-now.ts'
import { useShortcuts } from '../app/use-shortcuts.ts'
import { useVirtualRows } from '../app/use-virtual-rows.ts'
import type { TraceOrder } from './sort-traces.ts'
import { TraceRow } from './trace-row.tsx'
import { mostTraces, type TraceSearch } from './use-trace-search.ts'

type TraceTableProps = {
  readonly search: TraceSearch
  /** Those found, in the order to show. */
  readonly traces: readonly TraceSummary[]
  readonly order: TraceOrder | null
  /** The id of the trace that was chosen by key, which the URL holds. */
  readonly chosen: string | null
  readonly narrow: boolean
  readonly retry: () => void
  /** Told of the trace that is pointed at or chosen. */
  readonly onMark: (traceId: string | null) => void
}

const columns: readonly { readonly name: string; readonly order?: TraceOrder; readonly number?: boolean }[] =
  [
    { name: 'Trace' },
    { name: 'Started', order: 'start' },
    { name: 'Duration', order: 'duration', number: true },
    { name: 'Spans', order: 'spans', number: true },
    { name: 'Errors', order: 'errors', number: true },
    { name: 'Links', order: 'links' },
    { name: 'Services' },
  ]

/** Traces as rows; of thousands, those in sight. */
export function TraceTable(props: TraceTableProps) {
  const { search, traces, narrow, onMark } = props
  const scroller = useRef<HTMLDivElement>(null)
  const rowHeight = narrow ? 76 : 44
  const { rows, height, show } = useVirtualRows(scroller, traces.length, rowHeight)
  const chosen = useMemo(
    () => traces.findIndex(({ traceId }) => traceId === props.chosen),
    [traces, props.chosen],
  )
  const now = useNow(10_000)
  const hues = useMemo(() => serviceColours(traces.flatMap(({ services }) => services)), [traces])
  const longest = useMemo(
    () => traces.reduce((most, trace) => Math.max(most, Number(trace.durationNano)), 1),
    [traces],
  )

  const { searchOn } = search
  const atEnd = (rows.at(-1)?.index ?? 0) >= traces.length - 1
  // Also after a page that was short, and while what there is does not fill the screen.
  useEffect(() => {
    if (atEnd && search.more && search.state === 'idle' && !search.error) searchOn()
  })

  const isFound = chosen >= 0
  // Of an address that names one; keys show where they go themselves.
  useEffect(() => {
    if (isFound) show(chosen)
  }, [isFound])

  const move = (step: number) => {
    if (traces.length === 0) return
    const next = Math.min(traces.length - 1, Math.max(0, chosen + step))
    const traceId = traces[next]?.traceId ?? null
    changeQuery({ trace: traceId }, { replace: true })
    show(next)
    onMark(traceId)
  }
  const open = (path: string) => {
    const trace = traces[chosen]
    if (!trace) return false
    navigate(`${path}/${trace.traceId}`)
    return true
  }
  useShortcuts({
    j: () => move(1),
    k: () => move(-1),
    ArrowDown: () => move(1),
    ArrowUp: () => move(-1),
    Enter: () => open('/traces'),
    l: () => open('/linked'),
    Escape: () => {
      changeQuery({ trace: null }, { replace: true })
      onMark(null)
    },
  })

  const above = rows[0]?.start ?? 0
  return (
    <div class="trace-list" ref={scroller}>
      <table aria-label="Traces" aria-rowcount={search.more ? -1 : traces.length + 1}>
        <thead>
          <tr aria-rowindex={1}>
            {columns.map((column) => (
              <th
                key={column.name}
                scope="col"
                class={column.number ? 'is-number' : undefined}
                aria-sort={column.order && props.order === column.order ? 'descending' : undefined}
              >
                {column.order ? (
                  <OrderButton name={column.name} order={column.order} current={props.order} />
                ) : (
                  column.name
                )}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          <SpacerRow height={above} columns={columns.length} />
          {rows.map(({ index }) => {
            const trace = traces[index]
            if (!trace) return null
            return (
              <TraceRow
                key={trace.traceId}
                trace={trace}
                index={index}
                longest={longest}
                hues={hues}
                chosen={index === chosen}
                now={now}
                onMark={onMark}
              />
            )
          })}
          <SpacerRow height={height - above - rows.length * rowHeight} columns={columns.length} />
        </tbody>
      </table>
      <TraceTableEnd search={search} retry={props.retry} />
    </div>
  )
}

function OrderButton(props: {
  readonly name: string
  readonly order: TraceOrder
  readonly current: TraceOrder | null
}) {
  const on = props.order === props.current
  return (
    <button
      type="button"
      class="head-button"
      title={on ? 'Order by arrival' : `Order what is loaded by ${props.name.toLowerCase()}, the most first`}
      onClick={() => changeQuery({ sort: on ? null : props.order }, { replace: true })}
    >
      {props.name}
      {on && <span aria-hidden="true"> ↓</span>}
    </button>
  )
}

/** What stands below the last trace. */
function TraceTableEnd({ search, retry }: { readonly search: TraceSearch; readonly retry: () => void }) {
  const count = search.traces.length
  if (search.error) return <ProblemNote error={search.error} retry={retry} />
  if (search.full) {
    return (
      <p class="list-end">
        The {mostTraces.toLocaleString('en')} traces that matched last are listed. A filter or a time window
        finds others.
      </p>
    )
  }
  if (search.state === 'searching' && count === 0) return null
  if (search.state === 'searching' || search.more) return <p class="list-end">Searching…</p>
  if (count === 0) return <p class="list-end">No trace matches.</p>
  return <p class="list-end">{counted(count, 'trace')}; there are no others that match.</p>
}
