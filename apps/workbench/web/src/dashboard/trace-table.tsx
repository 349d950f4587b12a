import type { TraceSummary } from '../../../src/api/contract.ts'
import { formatDuration } from '../app/format-duration.ts'
import { dayAndTime, exactTime, timeAgo } from '../app/format-time.ts'

/** Traces with a span of an operation, the latest arrival first; each leads to its waterfall. */
export function TraceTable(props: {
  readonly traces: readonly TraceSummary[] | undefined
  /** Whether there are others than these. */
  readonly more: boolean
  readonly now: number
}) {
  const { traces, now } = props
  if (!traces) return <p class="card-note">Searching…</p>
  return (
    <>
      <div class="card-scroll">
        <table>
          <thead>
            <tr>
              <th scope="col">Trace ID</th>
              <th scope="col">Start time</th>
              <th scope="col" class="is-number">
                Duration
              </th>
              <th scope="col" class="is-number">
                Spans
              </th>
              <th scope="col">Status</th>
            </tr>
          </thead>
          <tbody>
            {traces.map((trace) => (
              <tr key={trace.traceId}>
                <td>
                  <a href={`/traces/${trace.traceId}`}>
                    <code>{trace.traceId}</code>
                  </a>
                </td>
                <td class="nowrap" title={exactTime(trace.startTimeUnixNano)}>
                  {timeAgo(trace.startTimeUnixNano, now)}{' '}
                  <span class="secondary">{dayAndTime(trace.startTimeUnixNano, now)}</span>
                </td>
                <td class="is-number">{formatDuration(Number(trace.durationNano))}</td>
                <td class="is-number">{trace.spanCount.toLocaleString('en')}</td>
                <td>
                  {trace.errorCount > 0 ? (
                    <span class="chip is-error">ERROR</span>
                  ) : (
                    <span class="chip">no error</span>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p class="card-note">
        {traces.length === 0
          ? 'No trace of this operation in this time.'
          : props.more
            ? `The latest ${traces.length}; the search has the others.`
            : `All ${traces.length}.`}
      </p>
    </>
  )
}
