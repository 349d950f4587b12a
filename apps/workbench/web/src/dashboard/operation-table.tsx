import type { OperationStatistics } from '../../../src/api/contract.ts'
import { formatDuration } from '../app/format-duration.ts'
import { type DashboardView, dashboardAddress } from './dashboard-view.ts'
import { Pager, pageOf } from './paged.tsx'

/** A service's operations, slowest average first; each leads to its traces. */
export function OperationTable(props: {
  readonly view: DashboardView
  readonly operations: readonly OperationStatistics[] | undefined
}) {
  const { view, operations } = props
  if (!operations) return <p class="card-note">Counting…</p>
  const { shown, first } = pageOf(operations, view.page)
  return (
    <>
      <div class="card-scroll">
        <table>
          <thead>
            <tr>
              <th scope="col">Operation</th>
              <th scope="col">Kind</th>
              <th scope="col" class="is-number">
                Spans
              </th>
              <th scope="col" class="is-number">
                Avg duration
              </th>
              <th scope="col" class="is-number">
                P95
              </th>
              <th scope="col" class="is-number">
                P99
              </th>
              <th scope="col" class="is-number">
                Errors
              </th>
            </tr>
          </thead>
          <tbody>
            {shown.map((operation) => (
              <tr key={`${operation.kind} ${operation.operation}`}>
                <td class="is-name">
                  <a
                    href={dashboardAddress(view, { operation: operation.operation })}
                    title={operation.operation}
                  >
                    <bdi>{operation.operation}</bdi>
                  </a>
                </td>
                <td class="muted">{operation.kind}</td>
                <td class="is-number">{operation.spanCount.toLocaleString('en')}</td>
                <td class="is-number">{formatDuration(Number(operation.durations.avgNano))}</td>
                <td class="is-number">{formatDuration(Number(operation.durations.p95Nano))}</td>
                <td class="is-number">{formatDuration(Number(operation.durations.p99Nano))}</td>
                <td class={`is-number${operation.errorCount > 0 ? ' is-error' : ' is-none'}`}>
                  {operation.errorCount.toLocaleString('en')}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <Pager view={view} total={operations.length} first={first} />
    </>
  )
}
