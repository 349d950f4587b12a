import type { OperationStatistics } from '../../../src/api/contract.ts'
import { formatDuration } from '../app/format-duration.ts'
import { ServiceName } from '../app/service-name.tsx'
import { type DashboardView, dashboardAddress } from './dashboard-view.ts'

const most = 10

/** Operations with the longest average; each leads to its traces. */
export function SlowestOperations(props: {
  readonly view: DashboardView
  /** Slowest average first. */
  readonly operations: readonly OperationStatistics[] | undefined
  readonly hues: ReadonlyMap<string, number>
}) {
  const { view } = props
  const operations = props.operations?.slice(0, most)
  const slowest = Number(operations?.[0]?.durations.avgNano ?? 1) || 1
  return (
    <section class="card" aria-labelledby="slowest">
      <h2 id="slowest">Slowest operations</h2>
      <div class="card-scroll">
        <table>
          <thead>
            <tr>
              <th scope="col">Service</th>
              <th scope="col">Operation</th>
              <th scope="col">Avg</th>
              <th scope="col" class="is-number">
                P95
              </th>
              <th scope="col" class="is-number">
                P99
              </th>
              <th scope="col" class="is-number">
                P99.9
              </th>
            </tr>
          </thead>
          <tbody>
            {operations?.map(({ serviceName, operation, kind, durations }) => (
              <tr key={`${serviceName} ${kind} ${operation}`}>
                <td class="is-service">
                  <ServiceName name={serviceName} hue={props.hues.get(serviceName)} />
                </td>
                <td class="is-name">
                  <a href={dashboardAddress(view, { service: serviceName, operation })} title={operation}>
                    <bdi>{operation}</bdi>
                  </a>{' '}
                  <span class="secondary">{kind}</span>
                </td>
                <td class="is-measure">
                  <span
                    class="measure-bar"
                    style={{ width: `${(100 * Number(durations.avgNano)) / slowest}%` }}
                  />
                  <span class="measure-text">{formatDuration(Number(durations.avgNano))}</span>
                </td>
                <td class="is-number">{formatDuration(Number(durations.p95Nano))}</td>
                <td class="is-number">{formatDuration(Number(durations.p99Nano))}</td>
                <td class="is-number">{formatDuration(Number(durations.p999Nano))}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {!operations && <p class="card-note">Counting…</p>}
      {operations?.length === 0 && <p class="card-note">No span in this time.</p>}
    </section>
  )
}
