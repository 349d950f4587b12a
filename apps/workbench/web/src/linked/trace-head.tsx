import type { ComponentChildren } from 'preact'
import { CopyButton } from '../app/copy-button.tsx'
import { addressOf } from '../app/route.ts'
import { ScreenTitle } from '../app/screen-title.tsx'
import { ServiceName } from '../app/service-name.tsx'
import { traceLabel } from './trace-labels.ts'

/** The head of both views of a trace: where the reader came from, its name, and the way to the other view. */
export function TraceHead(props: {
  readonly traceId: string
  readonly name: string
  readonly serviceName: string
  readonly hue: number | undefined
  readonly view: 'trace' | 'linked'
  readonly trail: readonly string[]
  /** How many other traces it is linked to; `null` while unknown. */
  readonly linkedCount: number | null
  /** The span shown, kept when the view is changed. */
  readonly spanId: string | null
  readonly children: ComponentChildren
}) {
  const { traceId, view, trail, linkedCount } = props
  const kept = { span: props.spanId, via: trail.join(',') }
  return (
    <header class="trace-head">
      {trail.length > 0 && (
        <nav class="trail" aria-label="Traces you came through">
          {trail.map((id, index) => (
            <a
              key={id}
              href={addressOf(`/${view === 'linked' ? 'linked' : 'traces'}/${id}`, {
                via: trail.slice(0, index).join(','),
              })}
            >
              <bdi>{traceLabel(id)}</bdi>
            </a>
          ))}
          <span aria-hidden="true">this trace</span>
        </nav>
      )}
      <div class="trace-head-line">
        <ScreenTitle title={`${props.name} · ${props.serviceName}`} focusKey={`${view} ${traceId}`}>
          <bdi class="clip" title={props.name}>
            {props.name === '' ? 'unnamed span' : props.name}
          </bdi>
          <ServiceName name={props.serviceName} hue={props.hue} />
        </ScreenTitle>
        <nav class="segments" aria-label="Views of this trace">
          <a
            class="segment"
            href={addressOf(`/traces/${traceId}`, kept)}
            aria-current={view === 'trace' ? 'page' : undefined}
          >
            Waterfall
          </a>
          <a
            class="segment"
            href={addressOf(`/linked/${traceId}`, kept)}
            aria-current={view === 'linked' ? 'page' : undefined}
          >
            Linked traces{linkedCount === null ? '' : ` ${linkedCount}`}
          </a>
        </nav>
      </div>
      <div class="trace-head-facts">
        {props.children}
        <span class="trace-id">
          <code>{traceId}</code>
          <CopyButton text={traceId} label="Copy the trace id" />
        </span>
      </div>
    </header>
  )
}
