import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { LinkSet, Trace, TraceOperations } from '../../../src/api/contract.ts'
import { ErrorBoundary } from '../app/error-boundary.tsx'
import { formatDuration } from '../app/format-duration.ts'
import { useLiveTraces } from '../app/live-traces.ts'
import { changeQuery, navigate } from '../app/location.ts'
import { ProblemNote } from '../app/problem-note.tsx'
import { addressOf } from '../app/route.ts'
import { serviceColours } from '../app/service-colours.ts'
import { Started } from '../app/started.tsx'
import { useAnswer } from '../app/use-answer.ts'
import { useShortcuts } from '../app/use-shortcuts.ts'
import { TraceHead } from '../linked/trace-head.tsx'
import { rememberTrace } from '../linked/trace-labels.ts'
import { readTrail, trailTo } from '../linked/trail.ts'
import { criticalPath } from './critical-path.ts'
import { Overview } from './overview.tsx'
import { spanFilter } from './span-filter.ts'
import { SpanPanel, type SpanTab } from './span-panel.tsx'
import { type LinkCounts, linkCounts } from './span-relations.ts'
import { speedsOf } from './span-speed.ts'
import { type SpanNode, spanTree } from './span-tree.ts'
import { readZoom, type Zoom, zoomBy, zoomText } from './time-zoom.ts'
import './trace.css'
import { visibleRows, type WaterfallRow } from './visible-rows.ts'
import { Waterfall } from './waterfall.tsx'

/** Ids of folded spans in the address; what is folded beyond that is forgotten with the tab. */
const mostFoldedInAddress = 60

/** One trace: its waterfall, and beside it the span that is looked at. */
export function TraceScreen({
  traceId,
  query,
}: {
  readonly traceId: string
  readonly query: URLSearchParams
}) {
  const answer = useAnswer<Trace>(`/api/traces/${traceId}`)
  const trace = answer.value
  useLiveTraces(
    useMemo(() => new Set([traceId]), [traceId]),
    answer.refresh,
  )
  if (answer.error) return <ProblemNote error={answer.error} retry={answer.refresh} />
  if (!trace) return <p class="loading">Reading the trace…</p>
  return <TraceView trace={trace} query={query} />
}

function TraceView({ trace, query }: { readonly trace: Trace; readonly query: URLSearchParams }) {
  const { traceId } = trace
  const tree = useMemo(() => spanTree(trace), [trace])
  const services = useMemo(() => new Set(trace.spans.map(({ serviceName }) => serviceName)), [trace])
  const hues = useMemo(() => serviceColours(services), [services])
  const trail = useMemo(() => readTrail(query), [query])
  const via = useCallback((next: string) => trailTo(next, traceId, trail), [traceId, trail])
  const selected = query.get('span')
  const filterText = query.get('q') ?? ''
  const tab = readTab(query.get('tab'))
  const critical = query.get('critical') === '1'
  const zoom = readZoom(query.get('window'), tree.duration)
  const filterInput = useRef<HTMLInputElement>(null)

  const [folded, setFolded] = useState<ReadonlySet<string>>(
    () => new Set((query.get('folded') ?? '').split(',').filter(Boolean)),
  )
  const fold = (ids: ReadonlySet<string>) => {
    setFolded(ids)
    changeQuery({ folded: [...ids].slice(0, mostFoldedInAddress).join(',') }, { replace: true })
  }
  const toggleFold = (node: SpanNode) => {
    const ids = new Set(folded)
    if (!ids.delete(node.span.spanId)) ids.add(node.span.spanId)
    fold(ids)
  }

  // A span that a link leads to is seen whatever is folded.
  useEffect(() => {
    const ids = new Set(folded)
    for (let node = tree.byId.get(selected ?? '')?.parent; node; node = node.parent)
      ids.delete(node.span.spanId)
    if (ids.size < folded.size) fold(ids)
  }, [selected])

  const matches = useMemo(() => {
    const filter = spanFilter(filterText)
    return filter && new Set(tree.nodes.filter(({ span }) => filter(span)))
  }, [tree, filterText])
  const rows = useMemo(() => visibleRows(tree, folded, matches), [tree, folded, matches])
  const counts = useMemo(() => branchCounts(tree.nodes), [tree])
  const linked = counts.linkedSpans
  const root = tree.roots[0]
  const path = useMemo(() => (critical && root ? criticalPath(root) : null), [critical, root])
  const operations = useAnswer<TraceOperations>(`/api/traces/${traceId}/operations`).value
  const speeds = useMemo(() => operations && speedsOf(trace.spans, operations), [trace, operations])
  // Asked as the other view asks, so that both say the same number.
  const links = useAnswer<LinkSet>(linked === 0 ? null : `/api/traces/${traceId}/links?maxTraces=50`).value

  useEffect(() => {
    if (root) rememberTrace(traceId, `${root.span.serviceName} · ${root.span.name}`)
  }, [traceId, root])

  const select = (spanId: string | null, tabToShow?: SpanTab) =>
    changeQuery({ span: spanId, ...(tabToShow && { tab: tabToShow }) }, { replace: true })
  const setZoom = (next: Zoom) => changeQuery({ window: zoomText(next, tree.duration) }, { replace: true })
  const step = (by: number) => {
    const at = rows.findIndex(({ node }) => node.span.spanId === selected)
    const next = rows[at < 0 ? 0 : Math.min(rows.length - 1, Math.max(0, at + by))]
    if (next) select(next.node.span.spanId)
  }
  const current = rows.find(({ node }) => node.span.spanId === selected)
  const middle = current ? (current.node.start + current.node.end) / 2 : (zoom.from + zoom.to) / 2
  const zoomTo = (factor: number) => setZoom(zoomBy(zoom, factor, middle, tree.duration))
  useShortcuts({
    '/': () => filterInput.current?.focus(),
    j: () => step(1),
    ArrowDown: () => step(1),
    k: () => step(-1),
    ArrowUp: () => step(-1),
    ArrowRight: () => {
      if (!current) return step(1)
      if (!current.open && current.node.children.length > 0) return toggleFold(current.node)
      if (current.node.children[0]) select(current.node.children[0].span.spanId)
    },
    ArrowLeft: () => {
      if (!current) return
      if (current.open && current.node.children.length > 0 && !matches) return toggleFold(current.node)
      if (current.node.parent) select(current.node.parent.span.spanId)
    },
    '+': () => zoomTo(0.5),
    '=': () => zoomTo(0.5),
    '-': () => zoomTo(2),
    '0': () => setZoom({ from: 0, to: tree.duration }),
    c: () => changeQuery({ critical: critical ? null : '1' }, { replace: true }),
    l: () => navigate(addressOf(`/linked/${traceId}`, { via: query.get('via'), span: selected })),
    Escape: () => (selected === null ? setZoom({ from: 0, to: tree.duration }) : select(null)),
  })

  const rootSpan = root?.span
  const zoomed = zoomText(zoom, tree.duration) !== null
  const allFolded = folded.size > 0
  return (
    <div class="trace">
      <div class="trace-main">
        <TraceHead
          traceId={traceId}
          name={rootSpan?.name ?? ''}
          serviceName={rootSpan?.serviceName ?? ''}
          hue={hues.get(rootSpan?.serviceName ?? '')}
          view="trace"
          trail={trail}
          linkedCount={linked === 0 ? 0 : links ? links.traces.length - 1 + links.moreTraces : null}
          spanId={selected}
        >
          <Started unixNano={trace.startTimeUnixNano} />
          <b class="number">{formatDuration(Number(trace.durationNano))}</b>
          <span>
            <b class="number">{trace.spanCount.toLocaleString()}</b>{' '}
            {trace.spanCount === 1 ? 'span' : 'spans'}
            {trace.spans.length < trace.spanCount &&
              `, the first ${trace.spans.length.toLocaleString()} shown`}
          </span>
          <span>
            <b class="number">{services.size.toLocaleString()}</b>{' '}
            {services.size === 1 ? 'service' : 'services'}
          </span>
          {rootSpan && rootSpan.parentSpanId !== null && <span class="oddity">no root yet</span>}
        </TraceHead>
        <div class="tools">
          <input
            ref={filterInput}
            type="search"
            aria-label="Filter spans"
            placeholder="Filter spans: a name, key=value, is:error, has:link"
            value={filterText}
            onInput={(event) => changeQuery({ q: event.currentTarget.value }, { replace: true })}
          />
          {matches && (
            <span class="number" role="status">
              {matches.size.toLocaleString()} of {tree.nodes.length.toLocaleString()}
            </span>
          )}
          <FilterButton text="is:error" current={filterText}>
            {`${trace.errorCount.toLocaleString()} ${trace.errorCount === 1 ? 'error' : 'errors'}`}
          </FilterButton>
          <FilterButton text="has:link" current={filterText}>
            {`${linked.toLocaleString()} with links`}
          </FilterButton>
          <span class="tools-end">
            <button
              type="button"
              class="button"
              aria-pressed={critical}
              title="What the end of the trace waited for (c)"
              onClick={() => changeQuery({ critical: critical ? null : '1' }, { replace: true })}
            >
              Critical path
            </button>
            <button
              type="button"
              class="button"
              disabled={matches !== null}
              onClick={() =>
                fold(
                  allFolded
                    ? new Set()
                    : new Set(
                        tree.nodes
                          .filter(({ depth, children }) => depth >= 1 && children.length > 0)
                          .map(({ span }) => span.spanId),
                      ),
                )
              }
            >
              {allFolded ? 'Unfold all' : 'Fold all'}
            </button>
            <button
              type="button"
              class="button"
              disabled={!zoomed}
              title="Show the whole trace (0)"
              onClick={() => setZoom({ from: 0, to: tree.duration })}
            >
              Whole trace
            </button>
          </span>
        </div>
        <Overview tree={tree} zoom={zoom} onZoom={setZoom} />
        {rows.length === 0 ? (
          <p class="empty">No span matches “{filterText}”.</p>
        ) : (
          <ErrorBoundary what="The waterfall">
            <Waterfall
              rows={rows}
              zoom={zoom}
              hues={hues}
              selected={selected}
              linkCounts={(row: WaterfallRow) => counts.of(row.node, row.open)}
              path={path}
              speeds={speeds}
              onSelect={select}
              onFold={toggleFold}
              onZoom={(factor, around) => setZoom(zoomBy(zoom, factor, around, tree.duration))}
            />
          </ErrorBoundary>
        )}
      </div>
      {selected !== null && (
        <ErrorBoundary showing={selected} what="The span">
          <SpanPanel
            traceId={traceId}
            spanId={selected}
            tab={tab}
            onTab={(next) => changeQuery({ tab: next === 'fields' ? null : next }, { replace: true })}
            onClose={() => select(null)}
            via={via}
          />
        </ErrorBoundary>
      )}
    </div>
  )
}

function FilterButton(props: { readonly text: string; readonly current: string; readonly children: string }) {
  const words = props.current.split(/\s+/).filter(Boolean)
  const on = words.includes(props.text)
  const next = on ? words.filter((word) => word !== props.text) : [...words, props.text]
  return (
    <button
      type="button"
      class="button"
      aria-pressed={on}
      onClick={() => changeQuery({ q: next.join(' ') }, { replace: true })}
    >
      {props.children}
    </button>
  )
}

/** Links of every span, and of all below it for when it is folded. */
function branchCounts(nodes: readonly SpanNode[]) {
  const own = new Map<SpanNode, LinkCounts>()
  const branch = new Map<SpanNode, LinkCounts>()
  let linkedSpans = 0
  for (let index = nodes.length - 1; index >= 0; index--) {
    const node = nodes[index] as SpanNode
    const counts = linkCounts(node.span)
    if (counts.causes + counts.effects > 0) linkedSpans++
    own.set(node, counts)
    branch.set(
      node,
      node.children.reduce((sum, child) => {
        const below = branch.get(child) ?? { causes: 0, effects: 0 }
        return { causes: sum.causes + below.causes, effects: sum.effects + below.effects }
      }, counts),
    )
  }
  const none = { causes: 0, effects: 0 }
  return { linkedSpans, of: (node: SpanNode, open: boolean) => (open ? own : branch).get(node) ?? none }
}

const readTab = (text: string | null): SpanTab => (text === 'events' || text === 'links' ? text : 'fields')
