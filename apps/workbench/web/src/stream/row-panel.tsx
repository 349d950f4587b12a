import { useState } from 'preact/hooks'
import { changeQuery } from '../app/location.ts'
import { SpanPanel, type SpanTab } from '../trace/span-panel.tsx'

/** A span of the list with everything it says. */
export function RowPanel(props: {
  /** `traceId/spanId` */
  readonly spanRef: string
}) {
  const [traceId = '', spanId = ''] = props.spanRef.split('/')
  const [tab, setTab] = useState<SpanTab>('fields')
  return (
    <div class="row-panel">
      <p class="row-panel-actions">
        <a class="button" href={`/traces/${traceId}?span=${spanId}`}>
          Show in its trace
        </a>
        <a class="button" href={`/linked/${traceId}`}>
          Linked traces
        </a>
      </p>
      <SpanPanel
        traceId={traceId}
        spanId={spanId}
        tab={tab}
        onTab={setTab}
        onClose={() => changeQuery({ span: null })}
      />
    </div>
  )
}
