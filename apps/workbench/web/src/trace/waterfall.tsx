// biome-ignore-all lint/a11y/useSemanticElements: a tree with columns has no elements of its own in HTML.
// biome-ignore-all lint/a11y/useFocusableInteractive: the treegrid has the focus and names the active row.
// biome-ignore-all lint/a11y/useKeyWithClickEvents: the keys are the screen's, see trace-screen.tsx.
import { useEffect, useMemo, useRef } from 'preact/hooks'
import { formatDuration } from '../app/format-duration.ts'
import { timeTicks } from '../app/time-ticks.ts'
import { useVirtualRows } from '../app/use-virtual-rows.ts'
import { useWidth } from '../app/use-width.ts'
import type { Stretch } from './critical-path.ts'
import { labelPlace, labelRoom } from './label-place.ts'
import type { LinkCounts } from './span-relations.ts'
import type { Speed } from './span-speed.ts'
import type { Oddity, SpanNode } from './span-tree.ts'
import type { Zoom } from './time-zoom.ts'
import type { WaterfallRow } from './visible-rows.ts'

/** Pixels; `trace.css` has the same. */
const rowHeight = 28

/** Room behind the end of the axis, in pixels; `trace.css` has the same. */
const labelMargin = { wide: 90, narrow: 58 }
/** Below this width of the axis, in pixels, the page is narrow. */
const narrowAxis = 260

export type WaterfallProps = {
  readonly rows: readonly WaterfallRow[]
  readonly zoom: Zoom
  readonly hues: ReadonlyMap<string, number>
  readonly selected: string | null
  /** Links of each span, with those of what is folded below it. */
  readonly linkCounts: (row: WaterfallRow) => LinkCounts
  readonly path: ReadonlyMap<SpanNode, readonly Stretch[]> | null
  /** By span id; `undefined` while it is not known what is usual. */
  readonly speeds: ReadonlyMap<string, Speed> | undefined
  readonly onSelect: (spanId: string, tab?: 'links' | 'events') => void
  readonly onFold: (node: SpanNode) => void
  readonly onZoom: (factor: number, around: number) => void
}

/** The spans of a trace below each other, each at its time. Only the rows in sight are in the document. */
export function Waterfall(props: WaterfallProps) {
  const { rows, zoom, selected, onSelect, onZoom } = props
  const scroller = useRef<HTMLDivElement>(null)
  const times = useRef<HTMLDivElement>(null)
  const width = useWidth(times)
  const virtual = useVirtualRows(scroller, rows.length, rowHeight)
  const index = useMemo(
    () => (selected === null ? -1 : rows.findIndex(({ node }) => node.span.spanId === selected)),
    [rows, selected],
  )
  const { show } = virtual
  // What was selected, here or in another view, is brought into sight once, not held there.
  useEffect(() => {
    if (index >= 0) show(index)
  }, [selected, index >= 0, width > 0])
  const ticks = timeTicks(zoom.from, zoom.to, Math.max(2, width / 110))
  const x = (time: number) => ((time - zoom.from) / (zoom.to - zoom.from)) * 100

  useEffect(() => {
    const element = scroller.current
    if (!element) return
    const onWheel = (event: WheelEvent) => {
      if (!event.ctrlKey && !event.metaKey) return
      event.preventDefault()
      const box = times.current?.getBoundingClientRect()
      if (!box) return
      const share = Math.min(1, Math.max(0, (event.clientX - box.left) / box.width))
      onZoom(Math.exp(event.deltaY / 300), zoom.from + share * (zoom.to - zoom.from))
    }
    element.addEventListener('wheel', onWheel, { passive: false })
    return () => element.removeEventListener('wheel', onWheel)
  }, [zoom, onZoom])

  return (
    <div class="waterfall">
      <div class="waterfall-axis" aria-hidden="true">
        <span>Span</span>
        <div class="waterfall-times" ref={times}>
          {ticks.map((tick) => (
            <span key={tick} class="axis-label number" style={{ left: `${x(tick)}%` }}>
              {formatDuration(tick)}
            </span>
          ))}
        </div>
      </div>
      <div
        ref={scroller}
        class="waterfall-rows"
        role="treegrid"
        aria-label="Spans"
        aria-rowcount={rows.length}
        aria-activedescendant={index >= 0 ? rowId(selected ?? '') : undefined}
        tabIndex={0}
      >
        <div class="waterfall-canvas" role="rowgroup" style={{ height: `${virtual.height}px` }}>
          {virtual.rows.map((item) => {
            const row = rows[item.index]
            return (
              row && (
                <Row
                  key={row.node.span.spanId}
                  {...props}
                  row={row}
                  index={item.index}
                  top={item.start}
                  x={x}
                  width={width}
                  onSelect={onSelect}
                />
              )
            )
          })}
        </div>
      </div>
      <div class="waterfall-grid" aria-hidden="true">
        <div>
          {ticks.map((tick) => (
            <span key={tick} style={{ left: `${x(tick)}%` }} />
          ))}
        </div>
      </div>
    </div>
  )
}

function Row(
  props: WaterfallProps & {
    readonly row: WaterfallRow
    readonly index: number
    readonly top: number
    readonly x: (time: number) => number
    readonly width: number
  },
) {
  const { row, hues, selected, x, width, path } = props
  const { node } = row
  const { span } = node
  const speed = props.speeds?.get(span.spanId)
  const links = props.linkCounts(row)
  const hue = hues.get(span.serviceName) ?? 0
  const chosen = span.spanId === selected
  const failed = span.status.code === 'error'
  const left = Math.min(node.start, node.end)
  const right = Math.max(node.start, node.end)
  const from = Math.max(0, x(left))
  const to = Math.min(100, x(right))
  const seen = to >= 0 && from <= 100 && to >= from
  const duration = formatDuration(Number(span.durationNano))
  const chips = [failed && '▲ error', speed?.word, node.oddity && oddities[node.oddity].words]
  const place = labelPlace(
    labelRoom([duration, ...chips.filter((word) => typeof word === 'string')]),
    { from: (from / 100) * width, to: (to / 100) * width },
    { width, beyond: width < narrowAxis ? labelMargin.narrow : labelMargin.wide },
  )
  return (
    <div
      id={rowId(span.spanId)}
      class={`wf-row hue-${hue}${chosen ? ' wf-chosen' : ''}${row.context ? ' wf-context' : ''}`}
      role="row"
      aria-rowindex={props.index + 1}
      aria-level={node.depth + 1}
      aria-selected={chosen}
      aria-expanded={node.children.length > 0 ? row.open : undefined}
      style={{ transform: `translateY(${props.top}px)` }}
      onClick={() => props.onSelect(span.spanId)}
    >
      <div class="wf-name" role="gridcell" style={{ paddingInlineStart: `${6 + indent(node.depth)}px` }}>
        {node.children.length > 0 ? (
          <button
            type="button"
            class="fold"
            tabIndex={-1}
            aria-label={`${row.open ? 'Fold' : 'Unfold'} ${node.descendants} below ${span.name}`}
            title={`${node.descendants.toLocaleString()} below`}
            onClick={(event) => {
              event.stopPropagation()
              props.onFold(node)
            }}
          >
            {row.open ? '−' : '+'}
            {!row.open && <span class="number">{node.descendants.toLocaleString()}</span>}
          </button>
        ) : (
          <span class="fold-none" />
        )}
        <span class="service-mark" aria-hidden="true" />
        <bdi class="clip wf-span-name" title={`${span.name}\n${span.serviceName} · ${span.kind}`}>
          {span.name === '' ? 'unnamed span' : span.name}
        </bdi>
        <bdi class="clip wf-service muted">
          {span.serviceName === '' ? 'unnamed service' : span.serviceName}
        </bdi>
        <LinkChip
          count={links.causes}
          words="caused by"
          onClick={() => props.onSelect(span.spanId, 'links')}
        />
        <LinkChip
          count={links.effects}
          words="leads to"
          onClick={() => props.onSelect(span.spanId, 'links')}
        />
      </div>
      <div class="wf-track" role="gridcell">
        {seen && (
          <span
            class={failed ? 'wf-bar wf-bar-error' : 'wf-bar'}
            style={{ left: `${from}%`, width: `max(3px, ${to - from}%)` }}
          />
        )}
        {path?.get(node)?.map(
          (stretch) =>
            x(stretch.end) > 0 &&
            x(stretch.start) < 100 && (
              <span
                key={stretch.start}
                class="wf-critical"
                style={{
                  left: `${Math.max(0, x(stretch.start))}%`,
                  width: `max(2px, ${Math.min(100, x(stretch.end)) - Math.max(0, x(stretch.start))}%)`,
                }}
              />
            ),
        )}
        {span.events.slice(0, mostEventMarks).map((event, position) => {
          const at = x(node.start + Number(BigInt(event.timeUnixNano) - BigInt(span.startTimeUnixNano)))
          return (
            at >= 0 &&
            at <= 100 && (
              <span
                key={`${position} ${event.name}`}
                class="wf-event"
                title={event.name}
                style={{ left: `${at}%` }}
              />
            )
          )
        })}
        <span
          class={`wf-label wf-label-${place}`}
          style={
            !seen || place === 'after'
              ? { left: `calc(${Math.min(100, Math.max(0, to))}% + 7px)` }
              : place === 'before'
                ? { right: `calc(${100 - from}% + 7px)` }
                : { right: `calc(${100 - to}% + 6px)` }
          }
        >
          {!seen && <span class="muted">{from > 100 ? 'later ›' : '‹ earlier'} </span>}
          <span class="number">{duration}</span>
          {failed && <span class="error-text"> ▲ error</span>}
          {speed && (
            <span class="speed" title={speed.hint}>
              {speed.word}
            </span>
          )}
          {node.oddity && (
            <span class="oddity" title={oddities[node.oddity].hint}>
              {oddities[node.oddity].words}
            </span>
          )}
        </span>
      </div>
    </div>
  )
}

/** More events than this would only hide each other on a bar. */
const mostEventMarks = 50

function LinkChip(props: { readonly count: number; readonly words: string; readonly onClick: () => void }) {
  if (props.count === 0) return null
  return (
    <button
      type="button"
      class="link-chip"
      tabIndex={-1}
      onClick={(event) => {
        event.stopPropagation()
        props.onClick()
      }}
    >
      {props.words} {props.count.toLocaleString()}
    </button>
  )
}

const oddities: { readonly [oddity in Oddity]: { readonly words: string; readonly hint: string } } = {
  orphan: {
    words: 'parent not here',
    hint: 'The span names a parent that has not arrived, or was not sampled.',
  },
  circle: {
    words: 'parents in a circle',
    hint: 'Following the parents from this span leads back to it, so there is no root to start from.',
  },
  early: {
    words: 'before its parent',
    hint: 'It starts before its parent: the clocks of the two machines disagree.',
  },
  backward: { words: 'ends before it starts', hint: 'The clock was set back while the span ran.' },
}

/** Deep trees get steps of their own, so that names stay in sight. */
const indent = (depth: number): number => (depth <= 10 ? depth * 14 : 140 + Math.min(depth - 10, 30) * 2)

const rowId = (spanId: string): string => `span-${spanId}`
