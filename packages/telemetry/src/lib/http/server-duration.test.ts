import type { Attributes, Meter, MeterProvider, MetricOptions } from '@opentelemetry/api'
import { createNoopMeter, ROOT_CONTEXT } from '@opentelemetry/api'
import { describe, expect, it } from 'vitest'
import { timeRequests } from './server-duration.ts'

const STARTED = {
  'http.request.method': 'GET',
  'url.scheme': 'http',
  'network.protocol.version': '1.1',
  'url.path': '/users/7',
}

describe('timeRequests', () => {
  it('records how long a request took, in seconds, with what it can be grouped by', () => {
    const created: [string, MetricOptions | undefined][] = []
    const recorded: [number, Attributes | undefined][] = []
    const meter = Object.assign(Object.create(createNoopMeter()) as Meter, {
      createHistogram: (name: string, options?: MetricOptions) => {
        created.push([name, options])
        return { record: (value: number, attributes?: Attributes) => recorded.push([value, attributes]) }
      },
    })
    const provider: MeterProvider = { getMeter: () => meter }
    const start = performance.now()
    timeRequests(provider, 'scope', '1.0.0')?.(STARTED, ROOT_CONTEXT)({
      'http.response.status_code': 200,
      'http.route': '/users/:id',
    })
    const seconds = (performance.now() - start) / 1000

    expect(created).toMatchObject([['http.server.request.duration', { unit: 's' }]])
    expect(recorded.map(([, attributes]) => attributes)).toEqual([
      {
        'http.request.method': 'GET',
        'url.scheme': 'http',
        'network.protocol.version': '1.1',
        'http.response.status_code': 200,
        'http.route': '/users/:id',
      },
    ])
    expect(recorded[0]?.[0]).toBeGreaterThan(0)
    expect(recorded[0]?.[0]).toBeLessThanOrEqual(seconds)
  })

  it('is nothing where nobody collects metrics', () => {
    expect(timeRequests({ getMeter: () => createNoopMeter() }, 'scope', '1.0.0')).toBeUndefined()
  })
})
