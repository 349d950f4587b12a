import { useMemo, useState } from 'preact/hooks'
import { counted } from '../app/counted.ts'
import { FilterBar } from '../app/filter-bar.tsx'
import { filterParams, formatFilterText, parseFilterText } from '../app/filter-text.ts'
import { Icon } from '../app/icon.tsx'
import { changeQuery } from '../app/location.ts'
import { ScreenTitle } from '../app/screen-title.tsx'
import { nanosOf, readTimeWindow, windowBounds, windowQuery } from '../app/time-window.ts'
import { TimeWindowSelect } from '../app/time-window-select.tsx'
import { narrowPage, useMedia } from '../app/use-media.ts'
import { useShortcuts } from '../app/use-shortcuts.ts'
import { type ScatterFrame, ScatterView } from './scatter-view.tsx'
import { readTraceOrder, sortTraces } from './sort-traces.ts'
import { TraceTable } from './trace-table.tsx'
import './traces.css'
import { mostNewTraces, useNewTraces } from './use-new-traces.ts'
import { useTraceSearch } from './use-trace-search.ts'

/** Finds traces. The URL holds filter (`q`), window, order (`sort`) and the trace chosen by key (`trace`). */
export function TracesScreen({ query }: { readonly query: URLSearchParams }) {
  const text = query.get('q') ?? ''
  const window = readTimeWindow(query)
  const order = readTraceOrder(query.get('sort'))
  const since = JSON.stringify(window)
  const [round, setRound] = useState(0)
  // `since` stands for the window, which is read anew at every rendering; a relative one ends where the search began.
  const bounds = useMemo(() => windowBounds(window, Date.now()), [since, round])
  const filter = useMemo(() => parseFilterText(text).filter, [text])
  const params = useMemo(() => filterParams({ ...filter, ...bounds }).toString(), [filter, bounds])
  const search = useTraceSearch(params, round)
  const known = useMemo(() => new Set(search.traces.map(({ traceId }) => traceId)), [search.traces])
  const fresh = useNewTraces(params, round, bounds.to === undefined, known)
  const traces = useMemo(() => sortTraces(search.traces, order), [search.traces, order])
  const [marked, setMarked] = useState<string | null>(null)
  const narrow = useMedia(narrowPage)
  const refresh = () => setRound((count) => count + 1)
  useShortcuts({ r: refresh })

  const frame = ({ from, to, shortest, longest }: ScatterFrame) => {
    const q = formatFilterText({ ...filter, minDuration: inMicros(shortest), maxDuration: inMicros(longest) })
    changeQuery({ q, ...windowQuery({ from: nanosOf(from), to: nanosOf(to) }) })
  }
  return (
    <div class="traces screen-title">
      <ScreenTitle title="Traces" focusKey="traces">
        Traces
      </ScreenTitle>
      <div class="toolbar">
        <FilterBar text={text} onApply={(q) => changeQuery({ q }, { replace: true })} />
        <TimeWindowSelect
          window={window}
          none="Any time"
          onChange={(next) => changeQuery(windowQuery(next), { replace: true })}
        />
        <button
          type="button"
          class="button refresh"
          aria-keyshortcuts="r"
          title="Search again (r)"
          onClick={refresh}
        >
          <Icon name="refresh" />
          {fresh > 0
            ? `${counted(fresh, 'new trace')}${fresh >= mostNewTraces ? ' or more' : ''}`
            : 'Refresh'}
        </button>
      </div>
      <ScatterView
        traces={search.traces}
        from={millisOf(bounds.from)}
        to={millisOf(bounds.to)}
        marked={marked}
        onFrame={frame}
      />
      <TraceTable
        // Rows are of another height there.
        key={narrow ? 'narrow' : 'wide'}
        search={search}
        traces={traces}
        order={order}
        chosen={query.get('trace')}
        narrow={narrow}
        retry={refresh}
        onMark={setMarked}
      />
    </div>
  )
}

const millisOf = (nanos: string | undefined): number | undefined =>
  nanos === undefined ? undefined : Number(BigInt(nanos) / 1_000_000n)

/** As the API takes durations; to the microsecond, which is finer than a frame can be drawn. */
const inMicros = (nanos: number): string => `${Math.max(0, Math.round(nanos / 1_000))}us`
