import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { Row } from '../../../src/api/contract.ts'
import { counted } from '../app/counted.ts'
import { ErrorBoundary } from '../app/error-boundary.tsx'
import { FilterBar } from '../app/filter-bar.tsx'
import { filterParams, parseFilterText } from '../app/filter-text.ts'
import { formatDuration } from '../app/format-duration.ts'
import { clockTime, exactTime, timeAgo } from '../app/format-time.ts'
import { Icon } from '../app/icon.tsx'
import { changeQuery } from '../app/location.ts'
import { ProblemNote } from '../app/problem-note.tsx'
import { addressOf } from '../app/route.ts'
import { ScreenTitle } from '../app/screen-title.tsx'
import { serviceColours } from '../app/service-colours.ts'
import { ServiceName } from '../app/service-name.tsx'
import { SpacerRow } from '../app/spacer-row.tsx'
import { readTimeWindow, windowBounds, windowQuery } from '../app/time-window.ts'
import { TimeWindowSelect } from '../app/time-window-select.tsx'
import { useNow } from '../app/use-now.ts'
import { useShortcuts } from '../app/use-shortcuts.ts'
import { useVirtualRows } from '../app/use-virtual-rows.ts'
import { FirstRun } from '../first-run/first-run.tsx'
import { type RateSample, rateOf, withSample } from './arrival-rate.ts'
import { type LiveTail, type TailLine, tailBounds } from './live-tail.ts'
import { fieldText, lineFields } from './row-fields.ts'
import { nanosOfDuration, nanosOfTime } from './row-moments.ts'
import { RowPanel } from './row-panel.tsx'
import { StreamSettings } from './stream-settings.tsx'
import { readStreamView, type StreamView } from './stream-view.ts'
import './stream.css'
import { type Stream, useStream } from './use-stream.ts'

const rowHeight = 30

/** Spans as they arrive, newest first; or those of a time window. The URL holds filter (`q`), window, chosen span, columns and form of times. */
export function StreamScreen({ query }: { readonly query: URLSearchParams }) {
  const text = query.get('q') ?? ''
  const window = readTimeWindow(query)
  const live = window === null
  const chosen = query.get('span')
  const since = JSON.stringify(window)
  // `since` stands for the window, which is read anew at every rendering.
  const params = useMemo(() => {
    const { filter } = parseFilterText(text)
    return filterParams({ ...filter, ...windowBounds(window, Date.now()) }).toString()
  }, [text, since])
  const stream = useStream(params, live)
  const { tail } = stream
  const list = useRef<HTMLDivElement>(null)
  const hues = useHues(tail.shown)
  const view = useMemo(() => readStreamView(query), [query])
  const fields = useMemo(() => fieldNames(tail.shown), [tail.shown])

  // Whoever looks at a span does not want it to run away.
  const { hold } = stream
  useEffect(() => {
    if (chosen !== null && live) hold()
  }, [chosen, live])

  const move = (step: number) => {
    const rows = tail.shown.filter((line) => line.kind === 'row')
    const at = rows.findIndex((line) => refOf(line.row) === chosen)
    const next = rows[at < 0 ? 0 : Math.min(rows.length - 1, Math.max(0, at + step))]
    if (next) changeQuery({ span: refOf(next.row) }, { replace: chosen !== null })
  }
  const toggle = () => {
    if (!tail.held) return stream.hold()
    list.current?.scrollTo({ top: 0 })
    stream.release()
  }
  useShortcuts({
    j: () => move(1),
    k: () => move(-1),
    ArrowDown: () => move(1),
    ArrowUp: () => move(-1),
    p: () => live && toggle(),
    Escape: () => chosen !== null && changeQuery({ span: null }),
  })

  const untouched = live && text === '' && stream.state === 'idle' && !stream.error
  if (untouched && tail.shown.length === 0 && tail.waiting.length === 0) return <FirstRun />
  return (
    <div class="stream screen-title">
      <ScreenTitle title="Stream" focusKey="stream">
        Stream
      </ScreenTitle>
      <div class="toolbar">
        <FilterBar text={text} onApply={(q) => changeQuery({ q }, { replace: true })} />
        <TimeWindowSelect
          window={window}
          none="Live"
          onChange={(next) => changeQuery(windowQuery(next), { replace: true })}
        />
        <StreamSettings view={view} fields={fields} />
        {live && (
          <button type="button" class="button pause" aria-keyshortcuts="p" onClick={toggle}>
            <Icon name={tail.held ? 'play' : 'pause'} />
            {tail.held ? 'Resume' : 'Pause'}
          </button>
        )}
      </div>
      <TailStatus stream={stream} live={live} />
      <div class={`stream-body${chosen === null ? '' : ' has-panel'}`}>
        <TailList
          stream={stream}
          live={live}
          chosen={chosen}
          query={query}
          scroller={list}
          hues={hues}
          view={view}
        />
        {chosen !== null && (
          <ErrorBoundary showing={chosen} what="The span">
            <RowPanel spanRef={chosen} />
          </ErrorBoundary>
        )}
      </div>
    </div>
  )
}

/** How the tail stands, in one line that keeps its height. */
function TailStatus({ stream, live }: { readonly stream: Stream; readonly live: boolean }) {
  const { tail } = stream
  const rate = useArrivalRate(tail)
  const count = tail.shown.filter((line) => line.kind === 'row').length
  const words: string[] = []
  if (live) {
    if (stream.connection === 'connecting') words.push('Connecting…')
    else if (tail.held) words.push(`Paused, ${counted(tail.waitingCount, 'new span')}`)
    else words.push('Live')
    if (rate !== null)
      words.push(`${rate < 10 ? Number(rate.toFixed(1)) : Math.round(rate).toLocaleString()} spans/s`)
  }
  words.push(stream.state === 'searching' ? 'Searching…' : `${counted(count, 'span')} shown`)
  return (
    <p class={`tail-status${live && !tail.held && stream.connection === 'open' ? ' is-live' : ''}`}>
      {words.join(' · ')}
    </p>
  )
}

function useArrivalRate(tail: LiveTail): number | null {
  const [samples, setSamples] = useState<readonly RateSample[]>([])
  const arrived = useRef(tail.arrived)
  arrived.current = tail.arrived
  useEffect(() => {
    const sample = () => setSamples((before) => withSample(before, performance.now(), arrived.current))
    sample()
    const timer = setInterval(sample, 1_000)
    return () => clearInterval(timer)
  }, [])
  return rateOf(samples)
}

function TailList(props: {
  readonly stream: Stream
  readonly live: boolean
  readonly chosen: string | null
  readonly query: URLSearchParams
  readonly scroller: { readonly current: HTMLDivElement | null }
  readonly hues: ReadonlyMap<string, number>
  readonly view: StreamView
}) {
  const { stream, chosen, scroller, hues } = props
  const { shown } = stream.tail
  const { rows, height, show } = useVirtualRows(scroller, shown.length, rowHeight)
  const { view } = props

  const atEnd = (rows.at(-1)?.index ?? 0) >= shown.length - 1
  const { older } = stream
  // Also after a page that was short, and while what there is does not fill the screen.
  useEffect(() => {
    if (atEnd && stream.more && stream.state === 'idle' && !stream.error) older()
  })

  // What arrives on top must not push away what is being read farther down; back on top, the tail goes on.
  const heldByScroll = useRef(false)
  const onScroll = () => {
    const top = scroller.current?.scrollTop ?? 0
    if (props.live && top > rowHeight && !stream.tail.held) {
      heldByScroll.current = true
      stream.hold()
    } else if (top === 0 && heldByScroll.current) {
      heldByScroll.current = false
      if (chosen === null) stream.release()
    }
  }

  useLayoutEffect(() => {
    if (chosen === null) return
    const index = shown.findIndex((line) => line.kind === 'row' && refOf(line.row) === chosen)
    if (index >= 0) show(index)
  }, [chosen])

  const above = rows[0]?.start ?? 0
  const columns = 2 + view.columns.length
  return (
    <div class="tail" ref={scroller} onScroll={onScroll}>
      <table
        class={`tail-times-${view.time}`}
        aria-label="Spans, newest first"
        aria-rowcount={shown.length + 1}
        style={{ minWidth: view.columns.length > 0 ? `${420 + 150 * view.columns.length}px` : undefined }}
      >
        <thead>
          <tr aria-rowindex={1}>
            <th scope="col" class="tail-time">
              <button
                type="button"
                class="head-button"
                title={view.time === 'ago' ? 'Show the time of day' : 'Show how long ago'}
                onClick={() => changeQuery({ time: view.time === 'ago' ? null : 'ago' }, { replace: true })}
              >
                _time
              </button>
            </th>
            {view.columns.map((name) => (
              <th key={name} scope="col" class="tail-column" title={name}>
                {name}
              </th>
            ))}
            <th scope="col">row</th>
          </tr>
        </thead>
        <tbody>
          <SpacerRow height={above} columns={columns} />
          {rows.map(({ index }) => {
            const line = shown[index]
            if (!line) return null
            if (line.kind === 'gap') {
              return <GapLine key={line.id} missed={line.missed} index={index} columns={columns} />
            }
            return (
              <RowLine
                key={line.id}
                row={line.row}
                index={index}
                view={view}
                chosen={refOf(line.row) === chosen}
                query={props.query}
                hues={hues}
              />
            )
          })}
          <SpacerRow height={height - above - rows.length * rowHeight} columns={columns} />
        </tbody>
      </table>
      <TailEnd stream={stream} />
    </div>
  )
}

function GapLine(props: {
  readonly missed: number | null
  readonly index: number
  readonly columns: number
}) {
  const { missed, index } = props
  return (
    <tr class="tail-line is-gap" aria-rowindex={index + 2}>
      <td />
      <td colSpan={props.columns - 1}>
        {missed === null ? 'Spans' : counted(missed, 'span')} came faster than they could be shown here. They
        are stored: a filter or a time window finds them.
      </td>
    </tr>
  )
}

function RowLine(props: {
  readonly row: Row
  readonly index: number
  readonly view: StreamView
  readonly chosen: boolean
  readonly query: URLSearchParams
  readonly hues: ReadonlyMap<string, number>
}) {
  const { row, view } = props
  const nanos = nanosOfTime(row._time)
  const duration = nanosOfDuration(row.duration)
  const service = row['service.name']
  return (
    <tr
      class={`tail-line${row.error ? ' is-error' : ''}${props.chosen ? ' is-chosen' : ''}`}
      aria-rowindex={props.index + 2}
    >
      <td class="tail-time">
        <a
          href={addressOf('/', { span: refOf(row) }, props.query)}
          aria-current={props.chosen ? 'true' : undefined}
          title={exactTime(nanos)}
        >
          {view.time === 'ago' ? (
            <Ago nanos={nanos} />
          ) : view.time === 'utc' ? (
            exactTime(nanos)
          ) : (
            clockTime(nanos)
          )}
          <span class="visually-hidden">, fields of {row.name}</span>
        </a>
      </td>
      {view.columns.map((name) => {
        const text = fieldText(row, name)
        return (
          <td
            key={name}
            class={text === null ? 'tail-column is-none' : 'tail-column'}
            title={text ?? undefined}
          >
            {text ?? '–'}
          </td>
        )
      })}
      <td class="tail-row">
        <ServiceName name={service} hue={props.hues.get(service)} />
        <b>{row.name}</b>
        {row.error && <span class="chip is-error">ERROR</span>}
        <span class="tail-duration">{Number.isNaN(duration) ? row.duration : formatDuration(duration)}</span>
        {(view.rest ? lineFields(row).filter(({ name }) => !view.columns.includes(name)) : []).map(
          ({ name, text }) => (
            <span key={name} class="pair">
              <span class="pair-name">{name}:</span> {text}
            </span>
          ),
        )}
      </td>
    </tr>
  )
}

function Ago({ nanos }: { readonly nanos: string }) {
  return <>{timeAgo(nanos, useNow(1_000))}</>
}

/** What stands below the last line. */
function TailEnd({ stream }: { readonly stream: Stream }) {
  const { tail } = stream
  if (stream.error) return <ProblemNote error={stream.error} retry={stream.retry} />
  if (tail.cut) {
    return (
      <p class="list-end">
        The newest {counted(tail.shown.length, 'span')} are shown here, of at most{' '}
        {tailBounds.lines.toLocaleString()}. A filter or a time window finds older ones.
      </p>
    )
  }
  // The line above the list says so, and rows that come must not push this away.
  if (stream.state === 'searching' && tail.shown.length === 0) return null
  if (stream.state === 'searching' || stream.more) return <p class="list-end">Searching…</p>
  if (tail.shown.length === 0) return <p class="list-end">No span matches.</p>
  return <p class="list-end">No older spans.</p>
}

/** Hues by service; those seen once are kept, so that colours do not change while spans go by. Bound: as many as there are services. */
function useHues(lines: readonly TailLine[]): ReadonlyMap<string, number> {
  const seen = useRef(new Set<string>())
  const before = seen.current.size
  for (const line of lines) if (line.kind === 'row') seen.current.add(line.row['service.name'])
  const hues = useRef<ReadonlyMap<string, number>>(new Map())
  if (seen.current.size > before) hues.current = serviceColours(seen.current)
  return hues.current
}

/** Rows whose fields are offered as columns. */
const rowsLookedAt = 100

/** The fields of the newest rows, by name. */
function fieldNames(lines: readonly TailLine[]): readonly string[] {
  const names = new Set<string>()
  for (const line of lines.slice(0, rowsLookedAt))
    if (line.kind === 'row') for (const { name } of lineFields(line.row)) names.add(name)
  return [...names].sort()
}

const refOf = (row: Row): string => `${row.trace_id}/${row.span_id}`
