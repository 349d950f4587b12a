import { useEffect, useRef, useState } from 'preact/hooks'
import type {
  ErrorStatistics,
  OperationStatistics,
  ServiceStatistics,
  TimeSeries,
  TracePage,
} from '../../../src/api/contract.ts'
import { counted } from '../app/counted.ts'
import { filterParams, isTraceId } from '../app/filter-text.ts'
import { formatDuration } from '../app/format-duration.ts'
import { navigate } from '../app/location.ts'
import { ProblemNote } from '../app/problem-note.tsx'
import { ScreenTitle } from '../app/screen-title.tsx'
import { serviceColours } from '../app/service-colours.ts'
import { relativeWindows, windowBounds } from '../app/time-window.ts'
import { TimeWindowSelect } from '../app/time-window-select.tsx'
import { type Answer, useAnswer } from '../app/use-answer.ts'
import { useNow } from '../app/use-now.ts'
import { useRowFocus } from '../app/use-row-focus.ts'
import { useShortcuts } from '../app/use-shortcuts.ts'
import { useSteady } from '../app/use-steady.ts'
import './dashboard.css'
import {
  type DashboardView,
  dashboardAddress,
  readDashboardView,
  readStatus,
  statisticsParams,
  tracesAddress,
} from './dashboard-view.ts'
import { OperationTable } from './operation-table.tsx'
import { ServiceTable } from './service-table.tsx'
import { type ServiceTotals, servicesOfOperations } from './services-of-operations.ts'
import { SlowestOperations } from './slowest-operations.tsx'
import { StatCard } from './stat-card.tsx'
import { TopErrors } from './top-errors.tsx'
import { totalsOf } from './totals.ts'
import { TraceTable } from './trace-table.tsx'

/** A window that ends now is asked about again after so long, in milliseconds. */
const refreshMillis = 10_000

/** The dashboard "OpenTelemetry Traces". The URL holds window, service, operation, status and page. */
export function DashboardScreen({ query }: { readonly query: URLSearchParams }) {
  const view = readDashboardView(query)
  const now = useNow(refreshMillis)
  const params = statisticsParams(view, now)
  const subject = dashboardAddress(view, { page: 0 })
  const windowParams = new URLSearchParams(params)
  for (const name of ['service', 'operation', 'status']) windowParams.delete(name)
  const asked = 'last' in view.window ? now : 0

  const series = useStatistics<TimeSeries>(`/api/timeseries?${params}`, subject, asked)
  const services = useStatistics<readonly ServiceStatistics[]>(
    `/api/services?${windowParams}`,
    JSON.stringify(view.window),
    asked,
  )
  const operations = useStatistics<readonly OperationStatistics[]>(
    `/api/operations?${params}&limit=1000`,
    subject,
    asked,
  )
  const errors = useStatistics<readonly ErrorStatistics[]>(`/api/errors?${params}&limit=10`, subject, asked)
  const hues = serviceColours((services.value ?? []).map(({ serviceName }) => serviceName))
  const go = (change: Partial<DashboardView>) => navigate(dashboardAddress(view, change))
  const list = useRef<HTMLDivElement>(null)
  useRowFocus(list)
  useShortcuts({
    '/': () => document.getElementById(traceIdField)?.focus(),
    Escape: () => {
      if (view.operation !== null) go({ operation: null })
      else if (view.service !== null) go({ service: null })
      else return false
      return true
    },
  })

  // Until all tables are there once, so that none pushes away another.
  const wasCounted = useRef(false)
  if ([services, operations, errors].every(({ value, error }) => value || error)) wasCounted.current = true
  const isCounted = wasCounted.current

  const failed = [series, services, operations, errors].find((answer) => answer.error)
  // Services are not counted by status; operations are.
  const shownServices =
    view.status === null ? services.value : operations.value && servicesOfOperations(operations.value)
  return (
    <div class="dashboard" ref={list}>
      <header class="dashboard-head">
        <ScreenTitle title="OpenTelemetry Traces" focusKey="dashboard">
          OpenTelemetry Traces
        </ScreenTitle>
        <TimeWindowSelect
          window={view.window}
          onChange={(window) => go({ window: window ?? { last: '1h' } })}
        />
      </header>
      <Filters view={view} services={services.value} operations={operations.value} go={go} />
      {failed?.error && <ProblemNote error={failed.error} retry={failed.refresh} />}
      <Stats series={series.value} view={view} now={now} />
      {isCounted ? (
        <>
          <div class="dashboard-pair">
            <SlowestOperations view={view} operations={operations.value} hues={hues} />
            <TopErrors errors={errors.value} hues={hues} />
          </div>
          <Drill view={view} services={shownServices} operations={operations.value} hues={hues} now={now} />
        </>
      ) : (
        <p class="card-note">Counting…</p>
      )}
    </div>
  )
}

/** An answer that is asked for again whenever `asked` changes, and stays while the next comes. */
function useStatistics<T>(address: string, subject: string, asked: number): Answer<T> {
  const answer = useAnswer<T>(address)
  const { refresh } = answer
  const last = useRef(asked)
  useEffect(() => {
    if (last.current !== asked) refresh()
    last.current = asked
  }, [asked, refresh])
  return { ...answer, value: useSteady(answer.value, subject) }
}

function Filters(props: {
  readonly view: DashboardView
  readonly services: readonly ServiceStatistics[] | undefined
  readonly operations: readonly OperationStatistics[] | undefined
  readonly go: (change: Partial<DashboardView>) => void
}) {
  const { view, go } = props
  const names = withChosen(
    (props.services ?? []).map(({ serviceName }) => serviceName),
    view.service,
  )
  const operations = useAnswer<readonly OperationStatistics[]>(
    view.service === null
      ? null
      : `/api/operations?${new URLSearchParams({ service: view.service, limit: '1000', ...allTime })}`,
  )
  const operationNames = withChosen(
    [...new Set((operations.value ?? []).map(({ operation }) => operation))],
    view.operation,
  )
  return (
    <div class="dashboard-filters">
      <label>
        Service
        <select
          class="select"
          value={view.service ?? ''}
          onChange={(event) => go({ service: event.currentTarget.value || null })}
        >
          <option value="">All</option>
          {names.map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <label>
        Operation
        <select
          class="select"
          disabled={view.service === null}
          title={view.service === null ? 'Choose a service first' : undefined}
          value={view.operation ?? ''}
          onChange={(event) => go({ operation: event.currentTarget.value || null })}
        >
          <option value="">All</option>
          {operationNames.map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <label>
        Status
        <select
          class="select"
          value={view.status ?? ''}
          onChange={(event) => go({ status: readStatus(event.currentTarget.value) })}
        >
          <option value="">All</option>
          <option value="error">Error</option>
          <option value="ok">OK</option>
          <option value="unset">Unset</option>
        </select>
      </label>
      <TraceIdField />
    </div>
  )
}

/** Everything that is kept: a filter's choices do not depend on the window. */
const allTime = { from: '0' }

const withChosen = (names: readonly string[], chosen: string | null): readonly string[] =>
  (chosen === null || names.includes(chosen) ? [...names] : [...names, chosen]).sort()

const traceIdField = 'trace-id'

function TraceIdField() {
  const [text, setText] = useState('')
  const [wrong, setWrong] = useState(false)
  return (
    <search>
      <form
        class="trace-id-field"
        onSubmit={(event) => {
          event.preventDefault()
          const traceId = text.trim().toLowerCase()
          if (isTraceId(traceId)) navigate(`/traces/${traceId}`)
          else setWrong(true)
        }}
      >
        <label>
          Trace ID
          <input
            id={traceIdField}
            type="text"
            class="text-field"
            placeholder="32 hex digits, Enter"
            spellcheck={false}
            autocomplete="off"
            value={text}
            aria-invalid={wrong}
            aria-describedby={wrong ? 'trace-id-problem' : undefined}
            onInput={(event) => {
              setText(event.currentTarget.value)
              setWrong(false)
            }}
          />
        </label>
        {wrong && (
          <p id="trace-id-problem" class="field-problem" role="status">
            A trace id has 32 hex digits.
          </p>
        )}
      </form>
    </search>
  )
}

function Stats(props: {
  readonly series: TimeSeries | undefined
  readonly view: DashboardView
  readonly now: number
}) {
  const { series, view } = props
  const totals = series && totalsOf(series, props.now)
  const time =
    'last' in view.window ? relativeWindows[view.window.last].label.toLowerCase() : 'in the time chosen'
  return (
    <div class="stats">
      <StatCard
        title="Total traces"
        value={totals?.traces.value?.toLocaleString('en') ?? null}
        note={time}
        course={totals?.traces.course ?? []}
      />
      <StatCard
        title="Incoming spans"
        value={totals ? rate(totals.spanRate.value ?? 0) : null}
        unit="/min"
        note={totals ? `${counted(totals.spanCount, 'span')}, ${time}` : time}
        hint={
          totals &&
          `${counted(totals.spanCount, 'span')} in ${formatDuration(totals.measuredMinutes * 60e9)}, from the first span of the window`
        }
        course={totals?.spanRate.course ?? []}
      />
      <StatCard
        title="Avg span duration"
        value={totals && totals.duration.value !== null ? formatDuration(totals.duration.value) : null}
        note={totals?.duration.value === null ? 'no spans' : time}
        course={totals?.duration.course ?? []}
      />
      <StatCard
        title="Errors"
        value={totals?.errors.value?.toLocaleString('en') ?? null}
        note={totals?.errorShare ? `${percent(totals.errorShare)} of spans` : time}
        course={totals?.errors.course ?? []}
        error={(totals?.errors.value ?? 0) > 0}
      />
    </div>
  )
}

/** Services; a service's operations; or an operation's traces. */
function Drill(props: {
  readonly view: DashboardView
  readonly services: readonly ServiceTotals[] | undefined
  readonly operations: readonly OperationStatistics[] | undefined
  readonly hues: ReadonlyMap<string, number>
  readonly now: number
}) {
  const { view } = props
  return (
    <section class="card" aria-labelledby="drill">
      <h2 id="drill" class="drill-path">
        {view.service === null ? (
          'Services'
        ) : (
          <>
            <a href={dashboardAddress(view, { service: null })}>Services</a>
            <span aria-hidden="true">›</span>
            {view.operation === null ? (
              <bdi>{view.service}</bdi>
            ) : (
              <>
                <a href={dashboardAddress(view, { operation: null })}>
                  <bdi>{view.service}</bdi>
                </a>
                <span aria-hidden="true">›</span>
                <bdi>{view.operation}</bdi>
              </>
            )}
          </>
        )}
        {view.service !== null && (
          <a class="drill-all" href={tracesAddress(view)}>
            Search these traces
          </a>
        )}
      </h2>
      {view.service === null ? (
        <ServiceTable view={view} services={props.services} hues={props.hues} />
      ) : view.operation === null ? (
        <OperationTable view={view} operations={props.operations} />
      ) : (
        <OperationTraces view={view} now={props.now} />
      )}
    </section>
  )
}

function OperationTraces({ view, now }: { readonly view: DashboardView; readonly now: number }) {
  const minute = Math.floor(now / 60_000) * 60_000
  const params = filterParams({
    ...(view.service !== null && { service: view.service }),
    ...(view.operation !== null && { operation: view.operation }),
    ...(view.status !== null && { status: view.status }),
    ...windowBounds(view.window, minute),
  })
  const asked = 'last' in view.window ? now : 0
  const page = useStatistics<TracePage>(`/api/traces?${params}&limit=50`, dashboardAddress(view), asked)
  if (page.error) return <ProblemNote error={page.error} retry={page.refresh} />
  return <TraceTable traces={page.value?.traces} more={page.value?.nextCursor != null} now={now} />
}

const rate = (perMinute: number): string =>
  perMinute >= 10 ? Math.round(perMinute).toLocaleString('en') : String(Number(perMinute.toFixed(1)))

/** A share above nothing is never told as 0 %. */
const percent = (share: number): string =>
  share > 0 && share < 0.001 ? '< 0.1 %' : `${Number((100 * share).toFixed(1))} %`
