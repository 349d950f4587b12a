import { useRef } from 'preact/hooks'
import { useWidth } from '../app/use-width.ts'
import { sparkline } from './sparkline.ts'

const height = 34

/** A figure, its unit and its course over the window. */
export function StatCard(props: {
  readonly title: string
  /** `null` while it is not known. */
  readonly value: string | null
  readonly unit?: string
  readonly note: string
  /** How the figure came about, where that is not plain. */
  readonly hint?: string | undefined
  readonly course: readonly (number | null)[]
  readonly error?: boolean
}) {
  const box = useRef<HTMLDivElement>(null)
  const width = useWidth(box)
  const { line, area, dots } = sparkline(props.course, Math.max(0, width - 4), height - 4)
  return (
    <section class={`stat${props.error ? ' is-error' : ''}`} aria-label={props.title}>
      <h2>{props.title}</h2>
      <p class="stat-value" title={props.hint}>
        {props.value ?? '–'}
        {props.value !== null && props.unit !== undefined && <span class="stat-unit"> {props.unit}</span>}
      </p>
      <p class="stat-note">{props.note}</p>
      <div ref={box} class="stat-course" style={{ height: `${height}px` }}>
        <svg
          width={width}
          height={height}
          viewBox={`-2 -2 ${Math.max(1, width)} ${height}`}
          aria-hidden="true"
        >
          <path class="stat-area" d={area} />
          <path class="stat-line" d={line} />
          <path class="stat-dots" d={dots} />
        </svg>
      </div>
    </section>
  )
}
