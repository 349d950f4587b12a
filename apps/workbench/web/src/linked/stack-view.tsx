import { useMemo, useRef } from 'preact/hooks'
import { formatDuration } from '../app/format-duration.ts'
import { clockTime, exactTime } from '../app/format-time.ts'
import { addressOf } from '../app/route.ts'
import { ServiceName } from '../app/service-name.tsx'
import { useWidth } from '../app/use-width.ts'
import { earlierHint, isEarlier, verbOf, waitWords } from './relation-words.ts'
import type { Relation } from './relations.ts'
import {
  type StackBand,
  type StackConnector,
  type StackedTrace,
  type StackRow,
  stackLayout,
  stackSizes,
} from './stack-layout.ts'
import { type AxisTick, axisTicks, type TimeAxis, timeAxis } from './time-axis.ts'

export type StackViewProps = {
  readonly traces: readonly StackedTrace[]
  readonly relations: readonly Relation[]
  readonly traceId: string
  readonly hues: ReadonlyMap<string, number>
  readonly cutPauses: boolean
  /** Key of the relation or trace that is looked at. */
  readonly selected: string | null
  readonly onSelect: (key: string) => void
  readonly via: (traceId: string) => string | null
}

/** Waterfalls below each other on one time axis, with what connects them. */
export function StackView(props: StackViewProps) {
  const { traces, relations, cutPauses, hues } = props
  const column = useRef<HTMLDivElement>(null)
  const width = useWidth(column)
  const layout = useMemo(() => stackLayout(traces, relations), [traces, relations])
  const axis = useMemo(
    () =>
      timeAxis(
        traces.map(({ trace, offset }) => ({ start: offset, end: offset + Number(trace.durationNano) })),
        { cutPauses },
      ),
    [traces, cutPauses],
  )
  const first = traces[0]
  const origin = first ? BigInt(first.trace.startTimeUnixNano) - BigInt(Math.round(first.offset)) : 0n
  const at = (time: number) => axis.at(time) * width
  const labels = useMemo(() => labelledRows(layout.connectors), [layout])
  return (
    <div class="stack">
      <div class="stack-axis">
        <span class="stack-names" />
        <div class="stack-times" ref={column}>
          <AxisLabels axis={axis} width={width} origin={origin} />
        </div>
      </div>
      <div class="stack-body" style={{ height: `${layout.height}px` }}>
        <div class="stack-grid" aria-hidden="true">
          {axis.pieces
            .filter(({ cut }) => cut)
            .map((piece) => (
              <span
                key={piece.start}
                class="stack-cut"
                style={{ left: `${piece.from * 100}%`, width: `${(piece.to - piece.from) * 100}%` }}
              />
            ))}
          {axisTicks(axis, width / 110).map((tick) => (
            <span key={tick.at} class="stack-tick" style={{ left: `${tick.at * 100}%` }} />
          ))}
        </div>
        {layout.bands.map((band) => (
          <Band
            key={band.trace.traceId}
            {...props}
            band={band}
            hues={hues}
            at={at}
            width={width}
            labels={labels}
          />
        ))}
        <svg class="connectors" width={width} height={layout.height} aria-hidden="true">
          <defs>
            <marker
              id="connector-arrow"
              viewBox="0 0 8 8"
              refX="7"
              refY="4"
              markerUnits="userSpaceOnUse"
              markerWidth="11"
              markerHeight="11"
              orient="auto"
            >
              <path class="arrow" d="M0 .5 7.500 4 0 7.500z" />
            </marker>
          </defs>
          {layout.connectors.map(({ relation, from, to }) => {
            const middle = stackSizes.row / 2
            const start = { x: at(from.start), y: from.y + middle }
            const end = { x: at(to.start), y: to.y + middle }
            return (
              <g
                key={relation.key}
                class={props.selected === relation.key ? 'connector selected' : 'connector'}
              >
                <circle cx={start.x} cy={start.y} r="3.5" />
                <path d={connectorPath(start, end)} marker-end="url(#connector-arrow)" />
              </g>
            )
          })}
        </svg>
      </div>
    </div>
  )
}

function AxisLabels(props: { readonly axis: TimeAxis; readonly width: number; readonly origin: bigint }) {
  const { axis, width, origin } = props
  return (
    <>
      {axisTicks(axis, width / 110).map((tick) => (
        <span key={tick.at} class="axis-label number" style={{ left: `${tick.at * 100}%` }}>
          {tickLabel(tick, origin)}
        </span>
      ))}
      {axis.pieces
        .filter(({ cut }) => cut)
        .map(({ start, end, from, to }) => (
          <span
            key={start}
            class="axis-cut number"
            title={`Nothing happened for ${formatDuration(end - start)}: this part of the axis is cut`}
            style={{ left: `${from * 100}%`, width: `${(to - from) * 100}%` }}
          >
            {formatDuration(end - start)}
          </span>
        ))}
    </>
  )
}

function Band(
  props: StackViewProps & {
    readonly band: StackBand
    readonly at: (time: number) => number
    readonly width: number
    readonly labels: ReadonlyMap<StackRow, readonly Relation[]>
  },
) {
  const { band, hues, at, width, labels } = props
  const { trace } = band
  const address = (spanId: string | null) =>
    addressOf(`/traces/${trace.traceId}`, { span: spanId, via: props.via(trace.traceId) })
  const home = trace.traceId === props.traceId
  return (
    <div class={home ? 'band band-home' : 'band'} style={{ top: `${band.y}px`, height: `${band.height}px` }}>
      <h3 class="band-head">
        <button
          type="button"
          class="band-title"
          aria-pressed={props.selected === trace.traceId}
          onClick={() => props.onSelect(trace.traceId)}
        >
          <ServiceName name={trace.root.serviceName} hue={hues.get(trace.root.serviceName)} />
          <bdi class="clip" title={trace.root.name}>
            {trace.root.name}
          </bdi>
        </button>
        {home && <span class="home-mark">this trace</span>}
        <span class="band-start muted number" title={exactTime(trace.startTimeUnixNano)}>
          {band.offset === 0
            ? `starts at ${clockTime(trace.startTimeUnixNano)}`
            : `starts ${formatDuration(band.offset)} after the first, at ${clockTime(trace.startTimeUnixNano)}`}
        </span>
      </h3>
      {band.rows.map((row) => {
        const { span, depth } = row.node
        const left = at(row.start)
        const length = Math.max(3, at(row.end) - left)
        const related = labels.get(row) ?? []
        const { words, place } = connectorLabel(related, left, length, width)
        const failed = span.status.code === 'error'
        return (
          <div key={span.spanId} class="stack-row" style={{ top: `${row.y - band.y}px` }}>
            <a
              class="stack-name"
              href={address(span.spanId)}
              style={{ paddingInlineStart: `${10 + Math.min(depth, 8) * 12}px` }}
            >
              <span class={`service-mark hue-${hues.get(span.serviceName) ?? 0}`} aria-hidden="true" />
              <bdi class="clip" title={span.name}>
                {span.name === '' ? 'unnamed span' : span.name}
              </bdi>
            </a>
            <div class="stack-track">
              <span
                class={`bar hue-${hues.get(span.serviceName) ?? 0}${failed ? ' bar-error' : ''}`}
                title={row.moved ? movedHint : undefined}
                style={{ left: `${left}px`, width: `${length}px` }}
              />
              <span class="bar-label" style={{ left: `${left + length + 4}px` }}>
                {failed && <span class="error-text">error </span>}
                <span class="number">{formatDuration(Number(span.durationNano))}</span>
                {place === 'after' && (
                  <ConnectorLabel words={words} related={related} onSelect={props.onSelect} />
                )}
              </span>
              {place !== 'after' && (
                <span
                  class="connector-place"
                  style={
                    place === 'before'
                      ? { right: `${width - left + 12}px` }
                      : place === 'end'
                        ? { right: '0' }
                        : { left: `${left + 12}px` }
                  }
                >
                  <ConnectorLabel words={words} related={related} onSelect={props.onSelect} />
                </span>
              )}
            </div>
          </div>
        )
      })}
      {band.hidden > 0 && (
        <a class="stack-more" href={address(null)} style={{ top: `${band.hiddenY - band.y}px` }}>
          +{band.hidden.toLocaleString()} more {band.hidden === 1 ? 'span' : 'spans'}
        </a>
      )}
    </div>
  )
}

/** Why a bar does not end where its span says. */
const movedHint =
  'Drawn to end with the call that waited for it: the start of these spans is known to 1 ms only.'

function ConnectorLabel(props: {
  readonly words: string
  readonly related: readonly Relation[]
  readonly onSelect: (key: string) => void
}) {
  const [first] = props.related
  if (!first) return null
  return (
    <button
      type="button"
      class="connector-label"
      title={isEarlier(first) ? earlierHint : undefined}
      onClick={() => props.onSelect(first.key)}
    >
      {props.words}
    </button>
  )
}

/** `called · 12 ms later`; of several the verbs, and how many. */
function connectorWords(related: readonly Relation[]): string {
  const [first] = related
  if (!first) return ''
  if (related.length === 1) {
    const wait = waitWords(first.waitNano, first.clockNano)
    return wait === null ? verbOf(first.relation) : `${verbOf(first.relation)} · ${wait}`
  }
  const verbs = Map.groupBy(related, ({ relation }) => verbOf(relation))
  return [...verbs]
    .map(([verb, those]) => (those.length === 1 ? verb : `${verb} × ${those.length}`))
    .join(' + ')
}

/** What to say at the end of an arrow and where: with the waiting time if there is room beside the bar, else the verb alone. */
function connectorLabel(related: readonly Relation[], left: number, length: number, width: number) {
  const words = connectorWords(related)
  const place = labelPlace(words, left, length, width)
  const [first] = related
  if (place !== 'end' || related.length !== 1 || !first) return { words, place }
  const verb = verbOf(first.relation)
  return { words: verb, place: labelPlace(verb, left, length, width) }
}

/** Where words fit: before the bar, where the arrow comes from; behind its duration; upon it; or at the end of the axis. */
function labelPlace(
  words: string,
  left: number,
  length: number,
  width: number,
): 'before' | 'after' | 'upon' | 'end' {
  const room = words.length * 7 + 40
  if (left > room) return 'before'
  if (width - left - length > room) return 'after'
  return width - left > room ? 'upon' : 'end'
}

/** The relations to name at each row: at their effect, where the arrow ends. */
function labelledRows(connectors: readonly StackConnector[]): Map<StackRow, Relation[]> {
  const rows = new Map<StackRow, Relation[]>()
  for (const { relation, to } of connectors) rows.set(to, [...(rows.get(to) ?? []), relation])
  return rows
}

/** The time since the first span; after a cut the time of day, and then the time since that. */
function tickLabel({ time, since }: AxisTick, origin: bigint): string {
  if (since === 0) return formatDuration(time)
  if (time === since) return clockTime(String(origin + BigInt(Math.round(time))))
  return `+${formatDuration(time - since)}`
}

/** Leaves downward (or upward), arrives from the left. */
function connectorPath(start: { x: number; y: number }, end: { x: number; y: number }): string {
  const reach = Math.max(14, Math.min(60, Math.abs(end.x - start.x) / 2))
  const lift = end.y > start.y ? Math.min(40, (end.y - start.y) / 2) : -Math.min(40, (start.y - end.y) / 2)
  return `M${start.x} ${start.y}C${start.x} ${end.y - lift / 4} ${end.x - reach} ${end.y} ${end.x - 2} ${end.y}`
}
