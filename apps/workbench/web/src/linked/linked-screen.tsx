import { useEffect, useMemo, useRef } from 'preact/hooks'
import type { LinkSet } from '../../../src/api/contract.ts'
import { ErrorBoundary } from '../app/error-boundary.tsx'
import { formatDuration } from '../app/format-duration.ts'
import { Icon } from '../app/icon.tsx'
import { useLiveTraces } from '../app/live-traces.ts'
import { changeQuery, navigate } from '../app/location.ts'
import { ProblemNote } from '../app/problem-note.tsx'
import { addressOf } from '../app/route.ts'
import { serviceColours } from '../app/service-colours.ts'
import { Started } from '../app/started.tsx'
import { useAnswer } from '../app/use-answer.ts'
import { narrowPage, useMedia } from '../app/use-media.ts'
import { useShortcuts } from '../app/use-shortcuts.ts'
import { spanTree } from '../trace/span-tree.ts'
import { GraphView } from './graph-view.tsx'
import { linkGraph } from './link-graph.ts'
import './linked.css'
import { EdgePeek, MissingPeek, PeekPanel, RelationPeek, TracePeek } from './peek-panel.tsx'
import { verbOf } from './relation-words.ts'
import { relationsOf } from './relations.ts'
import { StackView } from './stack-view.tsx'
import { story } from './story.ts'
import { timeAxis } from './time-axis.ts'
import { TraceHead } from './trace-head.tsx'
import { rememberTrace } from './trace-labels.ts'
import { readTrail, trailTo } from './trail.ts'
import { useTraces } from './use-traces.ts'
import { WarningList } from './warning-list.tsx'

/** Traces asked for at first, and how many more each time. */
const tracesAtOnce = 50
/** The API's own limit. */
const mostTraces = 200
/** Waterfalls stacked at first, and how many more each time. */
const waterfallsAtOnce = 8

/** A trace with all those that links lead to: as a graph, and on one time axis. */
export function LinkedScreen({
  traceId,
  query,
}: {
  readonly traceId: string
  readonly query: URLSearchParams
}) {
  const narrow = useMedia(narrowPage)
  const askFor = Math.min(mostTraces, Number(query.get('traces') ?? tracesAtOnce) || tracesAtOnce)
  const answer = useAnswer<LinkSet>(`/api/traces/${traceId}/links?maxTraces=${askFor}`)
  const set = answer.value
  const trail = useMemo(() => readTrail(query), [query])
  const via = (next: string) => trailTo(next, traceId, trail)
  const selected = query.get('peek')
  const unfolded = query.get('unfold') ?? ''
  const waterfalls = Number(query.get('waterfalls') ?? waterfallsAtOnce) || waterfallsAtOnce
  const cutPauses = query.get('pauses') !== 'shown'

  const relations = useMemo(() => relationsOf(set?.links ?? []), [set])
  const graph = useMemo(
    () => set && linkGraph(set, relations, new Set(unfolded.split(',').filter(Boolean))),
    [set, relations, unfolded],
  )
  // What the graph shows as a box of its own has a waterfall, in the order of time.
  const stacked = useMemo(
    () => graph?.boxes.filter((box) => box.kind === 'trace').map(({ trace }) => trace) ?? [],
    [graph],
  )
  const shown = useMemo(() => {
    // The trace that was asked for is among them, however late it began.
    const others = new Set(stacked.filter((trace) => trace.traceId !== traceId).slice(0, waterfalls - 1))
    return stacked.filter((trace) => trace.traceId === traceId || others.has(trace))
  }, [stacked, waterfalls, traceId])
  const peekedTrace = set?.traces.find((trace) => trace.traceId === selected)
  const { traces, settled } = useTraces(
    [...new Set([...shown.map((trace) => trace.traceId), ...(peekedTrace ? [peekedTrace.traceId] : [])])],
    set,
  )
  const stack = useMemo(() => {
    const origin = shown.reduce<bigint | null>((least, { startTimeUnixNano }) => {
      const start = BigInt(startTimeUnixNano)
      return least === null || start < least ? start : least
    }, null)
    return shown.map((trace) => {
      const read = traces.get(trace.traceId)
      return {
        trace,
        tree: read ? spanTree(read) : null,
        offset: Number(BigInt(read?.startTimeUnixNano ?? trace.startTimeUnixNano) - (origin ?? 0n)),
      }
    })
  }, [shown, traces])
  // Until all are read once, so that none pushes away another. Waterfalls asked for later come one by one.
  const wasRead = useRef(false)
  if (shown.length > 0 && shown.every((trace) => settled.has(trace.traceId))) wasRead.current = true
  const isRead = wasRead.current
  const hues = useMemo(
    () => serviceColours(set?.traces.flatMap(({ services, root }) => [root.serviceName, ...services]) ?? []),
    [set],
  )
  const known = useMemo(
    () =>
      new Set([
        traceId,
        ...(set?.traces.map((trace) => trace.traceId) ?? []),
        ...(set?.links.map(({ targetRef }) => targetRef.traceId) ?? []),
      ]),
    [set, traceId],
  )
  useLiveTraces(known, answer.refresh)
  useEffect(() => {
    for (const { traceId: id, root } of set?.traces ?? [])
      rememberTrace(id, `${root.serviceName} · ${root.name}`)
  }, [set])

  const select = (key: string | null) => changeQuery({ peek: key === selected ? null : key })
  // From trace to trace, as they stand on the time axis.
  const step = (by: number) => {
    const at = stacked.findIndex((trace) => trace.traceId === selected)
    const next = stacked[at < 0 ? 0 : Math.min(stacked.length - 1, Math.max(0, at + by))]
    if (next) changeQuery({ peek: next.traceId }, { replace: selected !== null })
  }
  useShortcuts({
    j: () => step(1),
    ArrowDown: () => step(1),
    k: () => step(-1),
    ArrowUp: () => step(-1),
    Enter: () => {
      if (!peekedTrace) return false
      navigate(addressOf(`/traces/${peekedTrace.traceId}`, { via: via(peekedTrace.traceId) }))
      return true
    },
    Escape: () => selected !== null && select(null),
    l: () => navigate(addressOf(`/traces/${traceId}`, { via: query.get('via'), span: query.get('span') })),
  })

  if (answer.error) return <ProblemNote error={answer.error} retry={answer.refresh} />
  const home = set?.traces.find((trace) => trace.traceId === traceId)
  if (!set || !graph || !home) return <p class="loading">Looking for linked traces…</p>
  const shared = { set, relations, hues, via, onSelect: (key: string) => select(key) }
  const box = graph.boxes.find(({ key }) => key === selected)
  const edge = graph.edges.find(({ key }) => key === selected)
  const relation = relations.find(({ key }) => key === selected)
  const coarse = relations.some(({ clockNano }) => clockNano > 1)
  const untold = set.moreTraces - linkedBeyond(set)
  const errors = set.traces.filter(({ errorCount }) => errorCount > 0).length

  return (
    <div class="linked">
      <div class="linked-main">
        <TraceHead
          traceId={traceId}
          name={home.root.name}
          serviceName={home.root.serviceName}
          hue={hues.get(home.root.serviceName)}
          view="linked"
          trail={trail}
          linkedCount={set.traces.length - 1 + set.moreTraces}
          spanId={query.get('span')}
        >
          <Started unixNano={home.startTimeUnixNano} />
          <span>
            <b class="number">{set.traces.length.toLocaleString()}</b>{' '}
            {set.traces.length === 1 ? 'trace' : 'traces'}
            {set.moreTraces > 0 && `, ${set.moreTraces.toLocaleString()} more beyond`}
          </span>
          <span>
            <b class="number">{relations.length.toLocaleString()}</b>{' '}
            {relations.length === 1 ? 'relation' : 'relations'}
          </span>
          {errors > 0 && <span class="error-text">{errors} with errors</span>}
        </TraceHead>

        <p class="story">
          <Unbroken text={story(relations, set.traces.length, Math.max(0, untold)).join(' ')} />
        </p>

        <section class="panel" aria-labelledby="graph-title">
          <div class="panel-head">
            <h2 id="graph-title">What led to what</h2>
            <p class="muted legend">
              each box is a trace <span class="legend-arrow" aria-hidden="true" /> from cause to effect
              {graph.edges.some(({ bothWays }) => bothWays) && (
                <>
                  {' · '}
                  <Icon name="both" /> linked both ways
                </>
              )}
            </p>
            {unfolded !== '' && (
              <button type="button" class="button" onClick={() => changeQuery({ unfold: null })}>
                Fold again
              </button>
            )}
            {set.moreTraces > 0 && askFor < mostTraces && (
              <button
                type="button"
                class="button"
                onClick={() => changeQuery({ traces: String(Math.min(mostTraces, askFor + tracesAtOnce)) })}
              >
                {set.moreTraces.toLocaleString()} more traces
              </button>
            )}
          </div>
          <ErrorBoundary what="The graph">
            <GraphView
              graph={graph}
              narrow={narrow}
              traceId={traceId}
              hues={hues}
              selected={selected}
              onSelect={select}
              onUnfold={(key) =>
                changeQuery({ unfold: [...unfolded.split(',').filter(Boolean), key].join(',') })
              }
            />
          </ErrorBoundary>
        </section>

        <section class="panel" aria-labelledby="stack-title">
          <div class="panel-head">
            <h2 id="stack-title">When it happened</h2>
            <p class="muted legend">
              {stack.length === 1 ? 'the spans of the trace' : 'the spans of each trace, on one time axis'}
              {coarse && ', starts exact to 1 ms'}
            </p>
            <PauseSwitch traces={stack} cutPauses={cutPauses} />
          </div>
          {isRead ? (
            <ErrorBoundary what="The time axis">
              <StackView
                traces={stack}
                relations={relations}
                traceId={traceId}
                hues={hues}
                cutPauses={cutPauses}
                selected={selected}
                onSelect={select}
                via={via}
              />
            </ErrorBoundary>
          ) : (
            <p class="loading">Reading the spans…</p>
          )}
          {stacked.length > shown.length && (
            <p class="panel-foot">
              <button
                type="button"
                class="button"
                onClick={() => changeQuery({ waterfalls: String(waterfalls + waterfallsAtOnce) })}
              >
                {stacked.length - shown.length} more waterfalls
              </button>
            </p>
          )}
        </section>
        {isRead && <WarningList warnings={set.warnings} via={via} />}
      </div>

      {peekedTrace ? (
        <PeekPanel
          title={`${peekedTrace.root.serviceName} · ${peekedTrace.root.name}`}
          onClose={() => select(null)}
        >
          <TracePeek
            {...shared}
            traceId={peekedTrace.traceId}
            trace={traces.get(peekedTrace.traceId)}
            isRead={settled.has(peekedTrace.traceId)}
          />
        </PeekPanel>
      ) : box?.kind === 'missing' ? (
        <PeekPanel title="A trace that is not here" onClose={() => select(null)}>
          <MissingPeek {...shared} box={box} />
        </PeekPanel>
      ) : edge ? (
        <PeekPanel
          title={edge.relations.length === 1 ? 'Relation' : `${edge.verb} × ${edge.relations.length}`}
          onClose={() => select(null)}
        >
          <EdgePeek {...shared} edge={edge} />
        </PeekPanel>
      ) : relation ? (
        <PeekPanel title={verbOf(relation.relation)} onClose={() => select(null)}>
          <RelationPeek {...shared} relation={relation} />
        </PeekPanel>
      ) : null}
    </div>
  )
}

/** Text whose durations stay on one line. */
function Unbroken({ text }: { readonly text: string }) {
  const parts = text.split(/(\d[\d.]* (?:ns|µs|ms|s|min|h|d)\b)/)
  return (
    <>
      {parts.map((part, index) =>
        index % 2 === 0 ? (
          part
        ) : (
          <span key={`${index} ${part}`} class="nowrap">
            {part}
          </span>
        ),
      )}
    </>
  )
}

/** Traces that were left out and that links of those here name: the story tells of them. */
function linkedBeyond({ traces, links }: LinkSet): number {
  const here = new Set(traces.map(({ traceId }) => traceId))
  const beyond = links.filter(({ target, targetRef }) => 'name' in target && !here.has(targetRef.traceId))
  return new Set(beyond.map(({ targetRef }) => targetRef.traceId)).size
}

/** Lets the reader see how long pauses really were, where the axis leaves any out. */
function PauseSwitch(props: {
  readonly traces: readonly { offset: number; trace: { durationNano: string } }[]
  readonly cutPauses: boolean
}) {
  const ends = props.traces.map(({ offset, trace }) => ({
    start: offset,
    end: offset + Number(trace.durationNano),
  }))
  const cuts = useMemo(() => timeAxis(ends).pieces.filter(({ cut }) => cut), [ends])
  if (cuts.length === 0) return null
  const longest = formatDuration(Math.max(...cuts.map(({ start, end }) => end - start)))
  return (
    <label class="switch">
      <input
        type="checkbox"
        checked={props.cutPauses}
        onChange={(event) => changeQuery({ pauses: event.currentTarget.checked ? null : 'shown' })}
      />
      cut pauses (the longest is {longest})
    </label>
  )
}
