import { formatDuration } from '../app/format-duration.ts'
import { ServiceName } from '../app/service-name.tsx'
import { type DashboardView, dashboardAddress } from './dashboard-view.ts'
import { Pager, pageOf } from './paged.tsx'
import type { ServiceTotals } from './services-of-operations.ts'

/** Services, busiest first; each leads to its operations. */
export function ServiceTable(props: {
  readonly view: DashboardView
  readonly services: readonly ServiceTotals[] | undefined
  readonly hues: ReadonlyMap<string, number>
}) {
  const { view, services } = props
  if (!services) return <p class="card-note">Counting…</p>
  const { shown, first } = pageOf(services, view.page)
  return (
    <>
      <div class="card-scroll">
        <table>
          <thead>
            <tr>
              <th scope="col">Service</th>
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
                Errors
              </th>
            </tr>
          </thead>
          <tbody>
            {shown.map((service) => (
              <tr key={service.serviceName}>
                <td class="is-name">
                  <a href={dashboardAddress(view, { service: service.serviceName })}>
                    <ServiceName name={service.serviceName} hue={props.hues.get(service.serviceName)} />
                  </a>
                </td>
                <td class="is-number">{service.spanCount.toLocaleString('en')}</td>
                <td class="is-number">{formatDuration(Number(service.durations.avgNano))}</td>
                <td class="is-number">
                  {service.durations.p95Nano === null
                    ? '–'
                    : formatDuration(Number(service.durations.p95Nano))}
                </td>
                <td class={`is-number${service.errorCount > 0 ? ' is-error' : ' is-none'}`}>
                  {service.errorCount.toLocaleString('en')}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <Pager view={view} total={services.length} first={first} />
    </>
  )
}
