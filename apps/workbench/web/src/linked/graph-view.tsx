import { useLayoutEffect, useMemo, useRef } from 'preact/hooks'
import { formatDuration } from '../app/format-duration.ts'
import { Icon } from '../app/icon.tsx'
import { ServiceName } from '../app/service-name.tsx'
import { useWidth } from '../app/use-width.ts'
import type { GraphBox, GraphEdge, LinkGraph } from './link-graph.ts'
import { placeGraph } from './place-graph.ts'
import { earlierHint, missingHint } from './relation-words.ts'

/** Below it, labels are too small to read. */
const smallestScale = 0.78

export type GraphViewProps = {
  readonly graph: LinkGraph
  readonly narrow: boolean
  /** The trace that was asked for. */
  readonly traceId: string
  readonly hues: ReadonlyMap<string, number>
  /** Key of the box or edge that is looked at. */
  readonly selected: string | null
  readonly onSelect: (key: string) => void
  readonly onUnfold: (firstKey: string) => void
}

/** Traces as boxes, what links say as arrows from cause to effect. */
export function GraphView({ graph, narrow, traceId, hues, selected, onSelect, onUnfold }: GraphViewProps) {
  const placed = useMemo(() => placeGraph(graph, narrow), [graph, narrow])
  const scroller = useRef<HTMLDivElement>(null)
  const room = useWidth(scroller)
  // A graph a little too wide is drawn smaller; one that is much wider scrolls.
  const scale = room === 0 ? 1 : Math.min(1, Math.max(smallestScale, room / placed.width))
  const home = placed.boxes.get(traceId)
  const middle = home && { x: home.x + home.width / 2, y: home.y + home.height / 2 }
  // Only once, so that arriving spans do not move what is looked at.
  useLayoutEffect(() => {
    const element = scroller.current
    if (element && middle)
      element.scrollTo(
        middle.x * scale - element.clientWidth / 2,
        middle.y * scale - element.clientHeight / 2,
      )
  }, [traceId, narrow, scale])
  return (
    <section ref={scroller} class="graph-scroll" aria-label="Traces and their relations">
      <div class="graph" style={{ width: `${placed.width}px`, height: `${placed.height}px`, zoom: scale }}>
        <svg class="graph-lines" width={placed.width} height={placed.height} aria-hidden="true">
          <defs>
            <marker
              id="arrow"
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
          {graph.edges.map((edge) => (
            <path
              key={edge.key}
              class={selected === edge.key ? 'graph-line selected' : 'graph-line'}
              d={placed.edges.get(edge.key)?.path}
              marker-end="url(#arrow)"
            />
          ))}
        </svg>
        {graph.boxes.map((box) => {
          const { x, y, width, height } = placed.boxes.get(box.key) ?? { x: 0, y: 0, width: 0, height: 0 }
          return (
            <button
              key={box.key}
              type="button"
              class={`box box-${box.kind}${box.key === traceId ? ' box-home' : ''}`}
              aria-pressed={box.kind === 'stack' ? undefined : selected === box.key}
              style={{ transform: `translate(${x}px, ${y}px)`, width: `${width}px`, height: `${height}px` }}
              onClick={() => (box.kind === 'stack' ? onUnfold(box.firstKey) : onSelect(box.key))}
            >
              <BoxText box={box} home={box.key === traceId} hues={hues} />
            </button>
          )
        })}
        {graph.edges.map((edge) => {
          const { x, y } = placed.edges.get(edge.key)?.label ?? { x: 0, y: 0 }
          return (
            <button
              key={edge.key}
              type="button"
              class="edge-label"
              aria-pressed={selected === edge.key}
              title={edge.earlier ? earlierHint : undefined}
              style={{ transform: `translate(${x}px, ${y}px) translate(-50%, -50%)` }}
              onClick={() => onSelect(edge.key)}
            >
              <EdgeText edge={edge} />
            </button>
          )
        })}
      </div>
    </section>
  )
}

function BoxText(props: { box: GraphBox; home: boolean; hues: ReadonlyMap<string, number> }) {
  const { box, home, hues } = props
  if (box.kind === 'stack') {
    return (
      <>
        <strong>+{box.boxes.length.toLocaleString()} more</strong>
        <span class="clip muted">
          <bdi>{box.label}</bdi>
        </span>
        {box.errorCount > 0 && <span class="error-text">{box.errorCount} with errors</span>}
      </>
    )
  }
  if (box.kind === 'missing') {
    return (
      <>
        <strong class="missing-words" title={missingHint(box.target) ?? undefined}>
          {box.words}
        </strong>
        <code class="clip">
          {box.target.state === 'invalid' ? 'no trace id' : `trace ${box.traceId.slice(0, 16)}…`}
        </code>
      </>
    )
  }
  const { trace } = box
  const others = trace.services.length - 1
  return (
    <>
      <span class="box-line">
        <ServiceName name={trace.root.serviceName} hue={hues.get(trace.root.serviceName)} />
        {others > 0 && (
          <span class="muted nowrap" title={trace.services.join(', ')}>
            +{others} {others === 1 ? 'service' : 'services'}
          </span>
        )}
        {home && <span class="home-mark">this trace</span>}
      </span>
      <strong class="clip" title={trace.root.name}>
        <bdi>{trace.root.name === '' ? 'unnamed span' : trace.root.name}</bdi>
      </strong>
      <span class="box-line muted">
        <span class="number">{formatDuration(Number(trace.durationNano))}</span>
        <span class="number">
          {trace.spanCount.toLocaleString()} {trace.spanCount === 1 ? 'span' : 'spans'}
        </span>
        {trace.errorCount > 0 && (
          <span class="error-text">
            {trace.errorCount} {trace.errorCount === 1 ? 'error' : 'errors'}
          </span>
        )}
        {!trace.root.isRoot && <span>no root yet</span>}
        {trace.linksBeyond > 0 && <span>{trace.linksBeyond} links go on</span>}
      </span>
    </>
  )
}

function EdgeText({ edge }: { readonly edge: GraphEdge }) {
  const count = edge.relations.length
  return (
    <>
      <span class="edge-verb">
        {edge.verb}
        {count > 1 && ` × ${count.toLocaleString()}`}
        {edge.bothWays && (
          <span class="both-ways" title="Linked both ways">
            <Icon name="both" />
            <span class="visually-hidden">linked both ways</span>
          </span>
        )}
      </span>
      {edge.wait && <span class="edge-wait number">{edge.wait}</span>}
    </>
  )
}
