import { useRef } from 'preact/hooks'
import type { SpanTree } from './span-tree.ts'
import type { Zoom } from './time-zoom.ts'

/** Pixels. */
const height = 34

/** The whole trace in little; dragging over it zooms. What it does with the pointer, the keys + − 0 and the buttons do too. */
export function Overview(props: {
  readonly tree: SpanTree
  readonly zoom: Zoom
  readonly onZoom: (zoom: Zoom) => void
}) {
  const { tree, zoom, onZoom } = props
  const pressed = useRef<number | null>(null)
  const duration = Math.max(1, tree.duration)
  const timeAt = (event: PointerEvent): number => {
    const box = (event.currentTarget as Element).getBoundingClientRect()
    return Math.min(1, Math.max(0, (event.clientX - box.left) / box.width)) * duration
  }
  const drag = (event: PointerEvent) => {
    if (pressed.current === null) return
    const time = timeAt(event)
    if (Math.abs(time - pressed.current) > duration / 200)
      onZoom({ from: Math.min(time, pressed.current), to: Math.max(time, pressed.current) })
  }
  return (
    <div class="overview-frame" aria-hidden="true">
      {/* biome-ignore lint/a11y/noStaticElementInteractions: what the pointer does here, keys and buttons do too. */}
      <div
        class="overview"
        title="Drag to zoom"
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId)
          pressed.current = timeAt(event)
        }}
        onPointerMove={drag}
        onPointerUp={() => {
          pressed.current = null
        }}
        onDblClick={() => onZoom({ from: 0, to: duration })}
      >
        <svg aria-hidden="true" viewBox={`0 0 1000 ${height}`} preserveAspectRatio="none">
          <path class="overview-spans" d={linesOf(tree, (span) => span !== 'error')} />
          <path class="overview-errors" d={linesOf(tree, (span) => span === 'error')} />
        </svg>
        <span class="overview-shade" style={{ left: '0', width: `${(zoom.from / duration) * 100}%` }} />
        <span class="overview-shade" style={{ left: `${(zoom.to / duration) * 100}%`, right: '0' }} />
      </div>
    </div>
  )
}

/** A stroke per span; spans share lines when there are more than fit. */
function linesOf({ nodes, duration }: SpanTree, wanted: (status: string) => boolean): string {
  let path = ''
  for (let index = 0; index < nodes.length; index++) {
    const node = nodes[index]
    if (!node || !wanted(node.span.status.code)) continue
    const y = 2 + (index / Math.max(1, nodes.length)) * (height - 4)
    const from = (node.start / Math.max(1, duration)) * 1000
    const to = Math.max(from + 1, (node.end / Math.max(1, duration)) * 1000)
    path += `M${from.toFixed(1)} ${y.toFixed(1)}H${to.toFixed(1)}`
  }
  return path
}
