import type { ErrorStatistics } from '../../../src/api/contract.ts'
import { ServiceName } from '../app/service-name.tsx'

/** The commonest messages of failed spans; each leads to one of them. */
export function TopErrors(props: {
  readonly errors: readonly ErrorStatistics[] | undefined
  readonly hues: ReadonlyMap<string, number>
}) {
  const { errors } = props
  return (
    <section class="card" aria-labelledby="errors">
      <h2 id="errors">Top 10 span errors</h2>
      <div class="card-scroll">
        <table>
          <thead>
            <tr>
              <th scope="col">Message</th>
              <th scope="col" class="is-number">
                Count
              </th>
            </tr>
          </thead>
          <tbody>
            {errors?.map(({ message, count, example }) => (
              <tr key={message}>
                <td class="is-message">
                  {example ? (
                    <a href={`/traces/${example.traceId}?span=${example.spanId}`} title={message}>
                      {message === '' ? 'no message' : message}
                    </a>
                  ) : (
                    <span title={message}>{message === '' ? 'no message' : message}</span>
                  )}
                  {example && (
                    <span class="secondary">
                      <ServiceName name={example.serviceName} hue={props.hues.get(example.serviceName)} />{' '}
                      {example.name}
                    </span>
                  )}
                </td>
                <td class="is-number">{count.toLocaleString('en')}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {!errors && <p class="card-note">Counting…</p>}
      {errors?.length === 0 && <p class="card-note">No failed span in this time.</p>}
    </section>
  )
}
