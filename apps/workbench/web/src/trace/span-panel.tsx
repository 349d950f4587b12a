import { useState } from 'preact/hooks'
import type { SpanDetail, SpanEvent } from '../../../src/api/contract.ts'
import { CopyButton } from '../app/copy-button.tsx'
import { formatDuration } from '../app/format-duration.ts'
import { exactTime } from '../app/format-time.ts'
import { Icon } from '../app/icon.tsx'
import { ProblemNote } from '../app/problem-note.tsx'
import { ResizeHandle } from '../app/resize-handle.tsx'
import { useAnswer } from '../app/use-answer.ts'
import { useSteady } from '../app/use-steady.ts'
import { FieldsTab } from './fields-tab.tsx'
import { LinksTab } from './links-tab.tsx'
import { attributeText } from './span-filter.ts'
import { spanRelations } from './span-relations.ts'
import { speedOf } from './span-speed.ts'
import './span-panel.css'

export type SpanTab = 'fields' | 'events' | 'links'

export type SpanPanelProps = {
  readonly traceId: string
  readonly spanId: string
  readonly tab: SpanTab
  readonly onTab: (tab: SpanTab) => void
  readonly onClose: () => void
  /** The parameter `via` for going to a linked trace; without it no trail is kept. */
  readonly via?: (traceId: string) => string | null
  /** Changes when the span is to be read again. */
  readonly version?: unknown
}

/** Everything a span says: its fields under Axiom's names, its events, and its links in both directions. */
export function SpanPanel({ traceId, spanId, tab, onTab, onClose, via = () => null }: SpanPanelProps) {
  const answer = useAnswer<SpanDetail>(`/api/traces/${traceId}/spans/${spanId}`)
  // While the next span is on its way the last one stays, so that nothing jumps.
  const steady = useSteady(answer.value, traceId)
  const span = answer.error ? undefined : steady
  const counts: { readonly [tab in SpanTab]: number | null } = {
    fields: null,
    events: span ? span.events.length : null,
    links: span ? spanRelations(span).length + span.linkedFromCount - span.linkedFrom.length : null,
  }
  const tabs = ['fields', 'events', 'links'] as const
  return (
    <aside class="span-panel" aria-label="Span">
      <ResizeHandle />
      <header>
        <h2>
          <bdi>{span ? (span.name === '' ? 'unnamed span' : span.name) : ' '}</bdi>
        </h2>
        <button type="button" class="icon-button" aria-label="Close" title="Close (Esc)" onClick={onClose}>
          <Icon name="close" />
        </button>
        {span && (
          <>
            <p class="muted">
              <bdi>{span.serviceName}</bdi> · {span.kind} ·{' '}
              <span class="number">{formatDuration(Number(span.durationNano))}</span> <Speed span={span} />
            </p>
            <p class="peek-id">
              <code>{span.spanId}</code>
              <CopyButton text={span.spanId} label="Copy the span id" />
            </p>
          </>
        )}
      </header>
      {answer.error && <ProblemNote error={answer.error} retry={answer.refresh} />}
      {span && (
        <>
          <div class="tabs" role="tablist" aria-label="Span">
            {tabs.map((name) => (
              <button
                key={name}
                type="button"
                role="tab"
                id={`tab-${name}`}
                aria-selected={name === tab}
                aria-controls="span-tab"
                tabIndex={name === tab ? 0 : -1}
                onClick={() => onTab(name)}
                onKeyDown={(event) => {
                  const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? 2 : 0
                  const next = tabs[(tabs.indexOf(name) + step) % tabs.length]
                  if (step === 0 || !next) return
                  event.preventDefault()
                  onTab(next)
                  document.getElementById(`tab-${next}`)?.focus()
                }}
              >
                {name.charAt(0).toUpperCase() + name.slice(1)}{' '}
                {counts[name] !== null && <span class="tab-count number">{counts[name]}</span>}
              </button>
            ))}
          </div>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by key. */}
          <div class="span-tab" role="tabpanel" id="span-tab" aria-labelledby={`tab-${tab}`} tabIndex={0}>
            {tab === 'fields' && <FieldsTab span={span} />}
            {tab === 'events' && <EventsTab span={span} />}
            {tab === 'links' && <LinksTab span={span} via={via} />}
          </div>
        </>
      )}
    </aside>
  )
}

function EventsTab({ span }: { readonly span: SpanDetail }) {
  const [most, setMost] = useState(100)
  if (span.events.length === 0) {
    return (
      <p class="empty">
        {span.droppedEventsCount > 0
          ? `The sender dropped all ${span.droppedEventsCount} events.`
          : 'Nothing was noted while this span ran.'}
      </p>
    )
  }
  return (
    <>
      <ol class="events">
        {span.events.slice(0, most).map((event, index) => (
          <EventItem key={`${index} ${event.timeUnixNano}`} event={event} start={span.startTimeUnixNano} />
        ))}
      </ol>
      {span.events.length > most && (
        <button type="button" class="button" onClick={() => setMost(most + 500)}>
          {span.events.length - most} more events
        </button>
      )}
      {span.droppedEventsCount > 0 && (
        <p class="empty">{span.droppedEventsCount} more were dropped by the sender.</p>
      )}
    </>
  )
}

function EventItem({ event, start }: { readonly event: SpanEvent; readonly start: string }) {
  return (
    <li>
      <h3>
        <span class="event-mark" aria-hidden="true" />
        <bdi>{event.name === '' ? 'unnamed event' : event.name}</bdi>
        <time dateTime={exactTime(event.timeUnixNano)} title={exactTime(event.timeUnixNano)} class="muted">
          +{formatDuration(Number(BigInt(event.timeUnixNano) - BigInt(start)))}
        </time>
      </h3>
      <dl class="facts">
        {Object.entries(event.attributes).map(([key, value]) => (
          <div key={key}>
            <dt>{key}</dt>
            <dd>
              <bdi>{attributeText(value)}</bdi>
            </dd>
          </div>
        ))}
      </dl>
    </li>
  )
}

function Speed({ span }: { readonly span: SpanDetail }) {
  const speed = speedOf(span.durationNano, span.comparison)
  return (
    speed && (
      <span class="speed" title={speed.hint}>
        {speed.word}
      </span>
    )
  )
}
