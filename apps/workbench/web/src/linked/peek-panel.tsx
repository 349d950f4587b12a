import type { ComponentChildren } from 'preact'
import type { LinkSet, LinkSetLink, Trace } from '../../../src/api/contract.ts'
import { CopyButton } from '../app/copy-button.tsx'
import { formatDuration } from '../app/format-duration.ts'
import { exactTime } from '../app/format-time.ts'
import { Icon } from '../app/icon.tsx'
import { ResizeHandle } from '../app/resize-handle.tsx'
import { addressOf } from '../app/route.ts'
import { ServiceName } from '../app/service-name.tsx'
import { spanTree } from '../trace/span-tree.ts'
import { LinkFacts } from './link-facts.tsx'
import type { GraphBox, GraphEdge } from './link-graph.ts'
import {
  causedByWords,
  earlierHint,
  isEarlier,
  missingHint,
  missingWords,
  verbOf,
  waitWords,
} from './relation-words.ts'
import { type Relation, type RelationEnd, refKey } from './relations.ts'

/** Spans listed of a trace that is peeked at. */
const mostSpans = 14
/** Relations listed of an edge or trace. */
const mostRelations = 20

type PeekProps = {
  readonly set: LinkSet
  readonly relations: readonly Relation[]
  readonly hues: ReadonlyMap<string, number>
  readonly onSelect: (key: string) => void
  readonly via: (traceId: string) => string | null
}

/** The frame of what is looked at beside the picture. */
export function PeekPanel(props: { title: string; onClose: () => void; children: ComponentChildren }) {
  return (
    <aside class="peek" aria-label={props.title}>
      <ResizeHandle />
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by key. */}
      <div class="peek-body" tabIndex={0}>
        <header>
          <h2>{props.title}</h2>
          <button
            type="button"
            class="icon-button"
            aria-label="Close"
            title="Close (Esc)"
            onClick={props.onClose}
          >
            <Icon name="close" />
          </button>
        </header>
        {props.children}
      </div>
    </aside>
  )
}

/** A trace, told briefly: its spans and what it is related to. */
export function TracePeek(
  props: PeekProps & {
    readonly traceId: string
    readonly trace: Trace | undefined
    /** Whether `trace` was asked for and answered. */
    readonly isRead: boolean
  },
) {
  const { traceId, trace, hues, relations } = props
  if (!props.isRead) return <p class="loading">Reading the spans…</p>
  const nodes = trace ? spanTree(trace).nodes : []
  const mine = relations.filter(
    ({ cause, effect }) => cause.traceId === traceId || effect.traceId === traceId,
  )
  return (
    <>
      <p class="peek-actions">
        <a class="button" href={addressOf(`/traces/${traceId}`, { via: props.via(traceId) })}>
          Open its waterfall
        </a>
        {traceId !== props.set.traceId && (
          <a class="button" href={addressOf(`/linked/${traceId}`, { via: props.via(traceId) })}>
            See from here
          </a>
        )}
      </p>
      <p class="peek-id">
        <code>{traceId}</code>
        <CopyButton text={traceId} label="Copy the trace id" />
      </p>
      {trace && (
        <ol class="peek-spans">
          {nodes.slice(0, mostSpans).map(({ span, depth }) => (
            <li key={span.spanId}>
              <a
                href={addressOf(`/traces/${traceId}`, { span: span.spanId, via: props.via(traceId) })}
                style={{ paddingInlineStart: `${8 + Math.min(depth, 8) * 12}px` }}
              >
                <span class={`service-mark hue-${hues.get(span.serviceName) ?? 0}`} aria-hidden="true" />
                <bdi class="clip peek-span-name">{span.name === '' ? 'unnamed span' : span.name}</bdi>
                <span class={span.status.code === 'error' ? 'number error-text' : 'number muted'}>
                  {span.status.code === 'error' && 'error '}
                  {formatDuration(Number(span.durationNano))}
                </span>
              </a>
            </li>
          ))}
          {nodes.length > mostSpans && <li class="muted more">+{nodes.length - mostSpans} more spans</li>}
        </ol>
      )}
      {mine.length > 0 && <h3>Relations</h3>}
      <RelationList {...props} relations={mine} from={traceId} />
    </>
  )
}

/** A trace that links lead to and that is not here. */
export function MissingPeek(props: PeekProps & { readonly box: GraphBox & { kind: 'missing' } }) {
  const { box, relations } = props
  const mine = relations.filter(({ cause, effect }) =>
    [cause, effect].some(({ traceId }) => traceId === box.traceId),
  )
  return (
    <>
      <p class="missing-words">{box.words}</p>
      <p>{missingHint(box.target)}</p>
      {box.target.state !== 'invalid' && (
        <p class="peek-id">
          <code>{box.traceId}</code>
          <CopyButton text={box.traceId} label="Copy the trace id" />
        </p>
      )}
      <h3>Links that lead there</h3>
      <RelationList {...props} relations={mine} from={box.traceId} />
    </>
  )
}

function RelationList(props: PeekProps & { readonly from: string }) {
  const { relations, from } = props
  return (
    <ul class="peek-relations">
      {relations.slice(0, mostRelations).map((relation) => {
        const outward = relation.cause.traceId === from
        const other = outward ? relation.effect : relation.cause
        return (
          <li key={relation.key}>
            <button type="button" onClick={() => props.onSelect(relation.key)}>
              {outward ? verbOf(relation.relation) : causedByWords(relation.relation)}{' '}
              <bdi>
                {other.summary
                  ? `${other.summary.serviceName} ${other.summary.name}`
                  : wordsOf(other, relation)}
              </bdi>
              {relation.waitNano !== null && (
                <span class="muted number"> · {waitWords(relation.waitNano, relation.clockNano)}</span>
              )}
            </button>
          </li>
        )
      })}
      {relations.length > mostRelations && (
        <li class="muted more">+{relations.length - mostRelations} more</li>
      )}
    </ul>
  )
}

/** One relation: its two ends, and each link with everything it says. */
export function RelationPeek(props: PeekProps & { readonly relation: Relation }) {
  const { relation, hues, via } = props
  const wait = waitWords(relation.waitNano, relation.clockNano)
  return (
    <>
      <div class="ends">
        <End end={relation.cause} side="Cause" hues={hues} via={via} relation={relation} />
        <p class="ends-verb">
          {verbOf(relation.relation)}
          {wait && <span class="number"> · {wait}</span>}
        </p>
        <End end={relation.effect} side="Effect" hues={hues} via={via} relation={relation} />
      </div>
      {isEarlier(relation) && <p class="muted">{earlierHint}</p>}
      <h3>
        {relation.bothWays
          ? 'Linked both ways'
          : relation.links.length > 1
            ? `${relation.links.length} links that say the same`
            : 'One link says so'}
      </h3>
      {relation.links.map((link) => (
        <section key={`${refKey(link.source)} ${link.position}`} class="peek-link">
          <h4>{holderWords(link)}</h4>
          <LinkFacts attributes={link.attributes} flags={link.flags} traceState={link.traceState} />
        </section>
      ))}
    </>
  )
}

/** The relations that one arrow of the graph stands for. */
export function EdgePeek(props: PeekProps & { readonly edge: GraphEdge }) {
  const only = props.edge.relations[0]
  if (only && props.edge.relations.length === 1) return <RelationPeek {...props} relation={only} />
  return <RelationList {...props} relations={props.edge.relations} from={only?.cause.traceId ?? ''} />
}

function End(props: {
  readonly end: RelationEnd
  readonly side: string
  readonly relation: Relation
  readonly hues: ReadonlyMap<string, number>
  readonly via: (traceId: string) => string | null
}) {
  const { end, side, hues, via } = props
  if (!end.summary) {
    return (
      <div class="end end-missing">
        <span class="muted">{side}</span>
        <strong class="missing-words">{wordsOf(end, props.relation)}</strong>
        <p>{end.target && missingHint(end.target)}</p>
        <code>{refKey(end)}</code>
      </div>
    )
  }
  const { name, serviceName, kind, startTimeUnixNano, durationNano } = end.summary
  return (
    <div class="end">
      <span class="muted">{side}</span>
      <a href={addressOf(`/traces/${end.traceId}`, { span: end.spanId, via: via(end.traceId) })}>
        <strong>
          <bdi>{name === '' ? 'unnamed span' : name}</bdi>
        </strong>
      </a>
      <span>
        <ServiceName name={serviceName} hue={hues.get(serviceName)} /> <span class="muted">{kind}</span>
      </span>
      <span class="muted number">
        {formatDuration(Number(durationNano))} from{' '}
        <time dateTime={exactTime(startTimeUnixNano)}>{exactTime(startTimeUnixNano).slice(11)}</time>
      </span>
    </div>
  )
}

const wordsOf = (end: RelationEnd, { links }: Relation): string =>
  (end.target && missingWords(end.target, links[0]?.relation ?? null)) ?? 'not here'

const holderWords = ({ source, position, relation }: LinkSetLink): string =>
  `${source.serviceName} · ${source.name} holds link ${position + 1}: ${relation ?? 'no relation said'}`
