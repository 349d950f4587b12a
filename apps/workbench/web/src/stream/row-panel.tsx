import { useEffect, useRef, useState } from 'preact/hooks'
import type { Row, SpanDetail } from '../../../src/api/contract.ts'
import { CopyButton } from '../app/copy-button.tsx'
import { type Field, FieldList, fieldsWith } from '../app/field-list.tsx'
import { filterTerm } from '../app/filter-text.ts'
import { Icon } from '../app/icon.tsx'
import { changeQuery } from '../app/location.ts'
import { ProblemNote } from '../app/problem-note.tsx'
import { ServiceName } from '../app/service-name.tsx'
import { Started } from '../app/started.tsx'
import { useAnswer } from '../app/use-answer.ts'
import { allFields, valueText } from './row-fields.ts'
import { nanosOfTime } from './row-moments.ts'

/** A span of the list with all its fields. `known` is the row as the list has it, shown until the whole answer is here. */
export function RowPanel(props: {
  /** `traceId/spanId` */
  readonly spanRef: string
  readonly known: Row | undefined
  readonly hues: ReadonlyMap<string, number>
  readonly onFilter: (term: string) => void
}) {
  const [traceId = '', spanId = ''] = props.spanRef.split('/')
  const { value: detail, error, refresh } = useAnswer<SpanDetail>(`/api/traces/${traceId}/spans/${spanId}`)
  const row = detail?.row ?? props.known
  const [part, setPart] = useState('')
  const [raw, setRaw] = useState(false)
  const close = () => changeQuery({ span: null })
  const panel = useRef<HTMLElement>(null)
  // biome-ignore lint/correctness/useExhaustiveDependencies: another span begins at its top.
  useEffect(() => panel.current?.scrollTo({ top: 0 }), [props.spanRef])

  const json = row ? JSON.stringify(row, null, 2) : ''
  const fields: Field[] = row ? allFields(row) : []
  for (const { field, value, from } of detail?.derivedFields ?? []) {
    const text = valueText(value)
    if (text !== null) fields.push({ name: field, text, note: `derived from ${from.join(' and ')}` })
  }
  fields.sort((a, b) => (a.name < b.name ? -1 : 1))
  const links = (detail?.links.length ?? 0) + (detail?.linkedFromCount ?? 0)
  return (
    <aside class="row-panel" ref={panel} aria-label="Span">
      <header>
        <div class="row-panel-title">
          <h2>
            {row ? (
              <>
                <ServiceName name={row['service.name']} hue={props.hues.get(row['service.name'])} />
                <bdi>{row.name === '' ? 'unnamed span' : row.name}</bdi>
              </>
            ) : (
              'Span'
            )}
          </h2>
          <button type="button" class="icon-button" aria-label="Close" title="Close (Esc)" onClick={close}>
            <Icon name="close" />
          </button>
        </div>
        {row && (
          <p class="muted">
            <Started unixNano={nanosOfTime(row._time)} />
          </p>
        )}
        <div class="row-panel-actions">
          <a class="button" href={`/traces/${traceId}?span=${spanId}`}>
            Show in its trace
          </a>
          {links > 0 && (
            <a class="button" href={`/linked/${traceId}`}>
              Linked traces
            </a>
          )}
          <button type="button" class="button" aria-pressed={raw} onClick={() => setRaw(!raw)}>
            Raw JSON
          </button>
          {row && <CopyButton text={json} label="Copy the row as JSON" />}
        </div>
        {!raw && (
          <input
            type="search"
            class="field-filter"
            aria-label="Filter fields"
            placeholder="Filter fields"
            value={part}
            onInput={(event) => setPart(event.currentTarget.value)}
          />
        )}
      </header>
      {error && !row && <ProblemNote error={error} retry={refresh} />}
      {row && raw && <pre>{json}</pre>}
      {row && !raw && (
        <FieldList
          fields={fieldsWith(fields, part)}
          action={({ name, text }) =>
            canFilterBy(name) && (
              <button
                type="button"
                class="icon-button quiet"
                aria-label={`Filter by ${name}`}
                title={`Filter by ${name}`}
                onClick={() => props.onFilter(filterTerm(filterField(name), text))}
              >
                <Icon name="search" />
              </button>
            )
          }
        />
      )}
    </aside>
  )
}

/** Fields that a filter can ask for: those it has names for, and attributes. */
const canFilterBy = (name: string): boolean =>
  /^(service\.(name|version)|name|kind|status\.code|trace_id|(attributes|resource)\..+)$/.test(name)

/** `attributes.custom['key']`, as the API takes it. */
const filterField = (name: string): string => name.replace(/\['(.*)'\]$/s, '.$1')
