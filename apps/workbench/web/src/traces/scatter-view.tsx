import { useMemo, useRef, useState } from 'preact/hooks'
import type { TraceSummary } from '../../../src/api/contract.ts'
import { counted } from '../app/counted.ts'
import { formatDuration } from '../app/format-duration.ts'
import { clockTime } from '../app/format-time.ts'
import { navigate } from '../app/location.ts'
import { nanosOf } from '../app/time-window.ts'
import { useWidth } from '../app/use-width.ts'
import { dotsPath, plotScatter, pointAt, type ScatterPoint } from './duration-scatter.ts'

/** Of the whole; the labels of durations stand left of the plot, those of times below it. */
const fullHeight = 136
const left = 58
const below = 18
const height = fullHeight - below

/** A pointer this near to a point means it, in pixels. */
const reach = 14

/** A press that moves farther than this draws a frame, in pixels. */
const dragStart = 5

/** What a frame drawn in the plot asks for. */
export type ScatterFrame = {
  /** Milliseconds since 1970. */
  readonly from: number
  readonly to: number
  /** Nanoseconds. */
  readonly shortest: number
  readonly longest: number
}

type Place = { readonly x: number; readonly y: number }

/** Traces by start and duration: a point opens its trace, a frame drawn around points narrows the search to them. */
export function ScatterView(props: {
  readonly traces: readonly TraceSummary[]
  /** Of the window that is looked at, in milliseconds since 1970. */
  readonly from: number | undefined
  readonly to: number | undefined
  /** A trace to point out. */
  readonly marked: string | null
  readonly onFrame: (frame: ScatterFrame) => void
}) {
  const box = useRef<HTMLDivElement>(null)
  const width = Math.max(0, useWidth(box) - left)
  const { traces, from, to } = props
  const plot = useMemo(
    () =>
      plotScatter(
        traces.map((trace) => ({
          traceId: trace.traceId,
          startMillis: Number(BigInt(trace.startTimeUnixNano) / 1_000n) / 1_000,
          durationNanos: Number(trace.durationNano),
          error: trace.errorCount > 0,
        })),
        { width, height, from, to },
      ),
    [traces, width, from, to],
  )
  const step = (plot.timeTicks[1]?.value ?? Number.POSITIVE_INFINITY) - (plot.timeTicks[0]?.value ?? 0)
  /** `14:03:22`, or with milliseconds where ticks lie that close. */
  const seconds = step < 1_000 ? 12 : 8
  const [hover, setHover] = useState<ScatterPoint | undefined>()
  const [press, setPress] = useState<{ readonly start: Place; readonly end: Place } | null>(null)
  const drawn = press && Math.hypot(press.end.x - press.start.x, press.end.y - press.start.y) > dragStart
  const fine = plot.points.filter((point) => !point.error)
  const failed = plot.points.filter((point) => point.error)
  const shown = hover ?? plot.points.find((point) => point.traceId === props.marked)
  const shownTrace = shown && traces.find((trace) => trace.traceId === shown.traceId)

  const placeOf = (event: PointerEvent): Place => {
    const edge = box.current?.getBoundingClientRect()
    const x = event.clientX - (edge?.left ?? 0) - left
    const y = event.clientY - (edge?.top ?? 0)
    return { x: Math.min(width, Math.max(0, x)), y: Math.min(height, Math.max(0, y)) }
  }
  const end = () => {
    if (press && drawn) {
      const [near, far] = [press.start.x, press.end.x].sort((a, b) => a - b) as [number, number]
      const [top, bottom] = [press.start.y, press.end.y].sort((a, b) => a - b) as [number, number]
      props.onFrame({
        from: plot.timeAt(near),
        to: plot.timeAt(far),
        shortest: plot.durationAt(bottom),
        longest: plot.durationAt(top),
      })
    } else if (press && hover) navigate(`/traces/${hover.traceId}`)
    setPress(null)
  }
  return (
    <figure class="scatter">
      <figcaption class="visually-hidden">{inWords(traces)}</figcaption>
      {/* The list below has all that the plot has, for keys and for those who do not see it. */}
      <div
        ref={box}
        class={`scatter-plot${hover && !drawn ? ' is-over' : ''}`}
        aria-hidden="true"
        style={{ height: `${fullHeight}px` }}
        onPointerDown={(event) => {
          if (event.button !== 0 || event.pointerType === 'touch') return
          event.currentTarget.setPointerCapture(event.pointerId)
          const place = placeOf(event)
          setPress({ start: place, end: place })
        }}
        onPointerMove={(event) => {
          const place = placeOf(event)
          setHover(pointAt(plot.points, place.x, place.y, reach))
          if (press) setPress({ start: press.start, end: place })
        }}
        onPointerUp={end}
        onPointerCancel={() => setPress(null)}
        onPointerLeave={() => setHover(undefined)}
        onClick={(event) => {
          // A finger has no hover: it opens what it touches.
          if (!('pointerType' in event) || event.pointerType !== 'touch') return
          const place = placeOf(event as unknown as PointerEvent)
          const point = pointAt(plot.points, place.x, place.y, 2 * reach)
          if (point) navigate(`/traces/${point.traceId}`)
        }}
      >
        <svg viewBox={`${-left} 0 ${left + width} ${fullHeight}`} height={fullHeight} aria-hidden="true">
          {plot.durationTicks.map(({ at, value }) => (
            <g key={value}>
              <line class="scatter-grid" x1="0" x2={width} y1={at} y2={at} />
              <text class="scatter-label" x="-8" y={at + 4} text-anchor="end">
                {formatDuration(value)}
              </text>
            </g>
          ))}
          {plot.timeTicks.map(({ at, value }) => (
            <g key={value}>
              <line class="scatter-grid" x1={at} x2={at} y1="0" y2={height + 4} />
              <text class="scatter-label" x={at + 4} y={fullHeight - 5}>
                {at < width - 60 && clockTime(nanosOf(value)).slice(0, seconds)}
              </text>
            </g>
          ))}
          <path class="scatter-dots" d={dotsPath(fine)} />
          <path class="scatter-dots is-error" d={dotsPath(failed)} />
          {shown && (
            <circle class={`scatter-ring${shown.error ? ' is-error' : ''}`} cx={shown.x} cy={shown.y} r="5" />
          )}
          {press && drawn && (
            <rect
              class="scatter-frame"
              x={Math.min(press.start.x, press.end.x)}
              y={Math.min(press.start.y, press.end.y)}
              width={Math.abs(press.end.x - press.start.x)}
              height={Math.abs(press.end.y - press.start.y)}
            />
          )}
        </svg>
        {hover && shownTrace && !drawn && (
          <div
            class="scatter-tip"
            style={
              hover.x > width / 2
                ? { right: `${width - hover.x + 12}px`, top: '4px' }
                : { left: `${left + hover.x + 12}px`, top: '4px' }
            }
          >
            <b>{shownTrace.root.name}</b>
            <span>
              {shownTrace.root.serviceName} · {formatDuration(Number(shownTrace.durationNano))} ·{' '}
              {counted(shownTrace.spanCount, 'span')}
              {shownTrace.errorCount > 0 && `, ${counted(shownTrace.errorCount, 'error')}`}
            </span>
            <span>{clockTime(shownTrace.startTimeUnixNano)}</span>
          </div>
        )}
      </div>
    </figure>
  )
}

function inWords(traces: readonly TraceSummary[]): string {
  const lengths = traces.map((trace) => Number(trace.durationNano))
  const failed = traces.filter((trace) => trace.errorCount > 0).length
  if (lengths.length === 0) return 'Durations of no traces'
  const [least, most] = [Math.min(...lengths), Math.max(...lengths)]
  return `Durations of ${counted(lengths.length, 'trace')}, from ${formatDuration(least)} to ${formatDuration(most)}; ${failed} with errors`
}
