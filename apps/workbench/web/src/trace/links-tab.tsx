import { useState } from 'preact/hooks'
import type { SpanDetail, Trace } from '../../../src/api/contract.ts'
import { CopyButton } from '../app/copy-button.tsx'
import { formatDuration } from '../app/format-duration.ts'
import { addressOf } from '../app/route.ts'
import { useAnswer } from '../app/use-answer.ts'
import { clockPrecision } from '../linked/clock-precision.ts'
import { LinkFacts } from '../linked/link-facts.tsx'
import { causedByWords, missingHint, missingWords, verbOf, waitWords } from '../linked/relation-words.ts'
import { type SpanRelation, spanRelations } from './span-relations.ts'
import { spanTree } from './span-tree.ts'

/** Links shown before the rest is asked for. */
const shownAtFirst = 20
/** Spans shown of a trace that is peeked at. */
const peekedSpans = 10

/** The links of a span in both directions, in words of cause and effect. */
export function LinksTab(props: {
  readonly span: SpanDetail
  readonly via: (traceId: string) => string | null
}) {
  const { span } = props
  const relations = spanRelations(span)
  const unlisted = span.linkedFromCount - span.linkedFrom.length
  const groups = [
    { title: 'Caused by', relations: relations.filter(({ other }) => other === 'cause'), more: 0 },
    { title: 'Leads to', relations: relations.filter(({ other }) => other === 'effect'), more: unlisted },
  ].filter((group) => group.relations.length > 0)
  return (
    <>
      {relations.length === 0 && <p class="empty">This span holds no link, and none leads to it.</p>}
      {span.droppedLinksCount > 0 && (
        <p class="empty">
          The sender dropped {span.droppedLinksCount} more links: OpenTelemetry keeps 128 per span.
        </p>
      )}
      {relations.length > 0 && (
        <p class="links-all">
          <a class="button" href={addressOf(`/linked/${span.traceId}`, { span: span.spanId })}>
            See all linked traces together
          </a>
        </p>
      )}
      {groups.map(({ title, relations: those, more }) => (
        <Group key={title} {...props} title={title} relations={those} more={more} />
      ))}
    </>
  )
}

function Group(props: {
  readonly span: SpanDetail
  readonly title: string
  readonly relations: readonly SpanRelation[]
  readonly more: number
  readonly via: (traceId: string) => string | null
}) {
  const [most, setMost] = useState(shownAtFirst)
  const { title, relations, more } = props
  return (
    <section class="link-group" aria-label={title}>
      <h3>
        {title} <span class="number">{(relations.length + more).toLocaleString()}</span>
      </h3>
      <ul>
        {relations.slice(0, most).map((relation) => (
          <RelationItem key={relation.key} {...props} relation={relation} />
        ))}
      </ul>
      {relations.length > most && (
        <button type="button" class="button" onClick={() => setMost(most + 100)}>
          {relations.length - most} more
        </button>
      )}
      {more > 0 && (
        <p class="empty">{more.toLocaleString()} more, of which the workbench lists the newest only.</p>
      )}
    </section>
  )
}

function RelationItem(props: {
  readonly span: SpanDetail
  readonly relation: SpanRelation
  readonly via: (traceId: string) => string | null
}) {
  const { span, relation, via } = props
  const { summary, far, target, outgoing, incoming } = relation
  const [peek, setPeek] = useState(false)
  const words = relation.other === 'cause' ? causedByWords(relation.relation) : verbOf(relation.relation)
  const wait = summary && BigInt(summary.startTimeUnixNano) - BigInt(span.startTimeUnixNano)
  const later = wait === null ? null : Number(relation.other === 'effect' ? wait : -wait)
  const clock = Math.max(
    ...[span, ...(summary ? [summary] : [])].map((end) => clockPrecision(end.startTimeUnixNano)),
  )
  const missing = target && missingWords(target, outgoing?.relation ?? null)
  return (
    <li class="link-item">
      <p class="link-words">
        {words}
        {later !== null && later !== 0 && <span class="muted number"> · {waitWords(later, clock)}</span>}
      </p>
      {summary ? (
        <p class="link-target">
          <strong>
            <bdi>{summary.name === '' ? 'unnamed span' : summary.name}</bdi>
          </strong>{' '}
          <span class="muted">
            <bdi>{summary.serviceName}</bdi> · {summary.kind} ·{' '}
            <span class="number">{formatDuration(Number(summary.durationNano))}</span>
          </span>
        </p>
      ) : (
        <p class="link-target">
          <strong class="missing-words">{missing}</strong>{' '}
          <span class="muted">{target && missingHint(target)}</span>
        </p>
      )}
      {target?.state !== 'invalid' && (
        <p class="link-ids muted">
          <code>
            {far.traceId}/{far.spanId}
          </code>
          <CopyButton text={`${far.traceId}/${far.spanId}`} label="Copy the ids" />
        </p>
      )}
      <p class="link-actions">
        {summary && (
          <>
            <a
              class="button"
              href={addressOf(`/traces/${far.traceId}`, {
                span: far.spanId,
                tab: 'links',
                via: via(far.traceId),
              })}
            >
              View span
            </a>
            {far.traceId !== span.traceId && (
              <button type="button" class="button" aria-expanded={peek} onClick={() => setPeek(!peek)}>
                Peek
              </button>
            )}
          </>
        )}
        <span class="muted">
          {outgoing && incoming
            ? 'linked both ways'
            : outgoing
              ? 'this span holds the link'
              : 'that span holds the link'}
        </span>
      </p>
      {peek && <TracePeek traceId={far.traceId} spanId={far.spanId} via={via} />}
      {outgoing && (
        <details>
          <summary>Link {outgoing.position + 1} in full</summary>
          <LinkFacts {...outgoing} />
        </details>
      )}
    </li>
  )
}

/** The beginning of another trace, around the span that is linked, without leaving this one. */
function TracePeek(props: { traceId: string; spanId: string; via: (traceId: string) => string | null }) {
  const answer = useAnswer<Trace>(`/api/traces/${props.traceId}`)
  if (answer.error) return <p class="empty">{answer.error.message}</p>
  if (!answer.value) return <p class="empty">…</p>
  const { nodes } = spanTree(answer.value)
  const at = nodes.findIndex(({ span }) => span.spanId === props.spanId)
  const first = Math.max(0, Math.min(at - 4, nodes.length - peekedSpans))
  const shown = nodes.slice(first, first + peekedSpans)
  const least = Math.min(...shown.map(({ depth }) => depth))
  return (
    <ol class="mini">
      {first > 0 && <li class="muted">{first} spans before</li>}
      {shown.map(({ span, depth }) => (
        <li key={span.spanId} class={span.spanId === props.spanId ? 'mini-target' : undefined}>
          <a
            href={addressOf(`/traces/${props.traceId}`, { span: span.spanId, via: props.via(props.traceId) })}
            style={{ paddingInlineStart: `${8 + Math.min(depth - least, 8) * 12}px` }}
          >
            <bdi class="clip">{span.name === '' ? 'unnamed span' : span.name}</bdi>
            <span class="number muted">{formatDuration(Number(span.durationNano))}</span>
          </a>
        </li>
      ))}
      {first + shown.length < nodes.length && (
        <li class="muted">{nodes.length - first - shown.length} spans after</li>
      )}
    </ol>
  )
}
