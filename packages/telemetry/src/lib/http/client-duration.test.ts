import type { Attributes, Meter, MeterProvider, MetricOptions } from '@opentelemetry/api'
import { createNoopMeter } from '@opentelemetry/api'
import { describe, expect, it } from 'vitest'
import { timeCalls } from './client-duration.ts'

const STARTED = {
  'http.request.method': 'GET',
  'url.full': 'http://api.test/users/7',
  'url.scheme': 'http',
  'server.address': 'api.test',
  'server.port': 80,
}

const UNANSWERED = { statusCode: undefined, errorType: undefined, protocolVersion: undefined }

describe('timeCalls', () => {
  it('records how long a call took, in seconds, with what it can be grouped by', () => {
    const created: [string, MetricOptions | undefined][] = []
    const recorded: [number, Attributes | undefined][] = []
    const meter = Object.assign(Object.create(createNoopMeter()) as Meter, {
      createHistogram: (name: string, options?: MetricOptions) => {
        created.push([name, options])
        return { record: (value: number, attributes?: Attributes) => recorded.push([value, attributes]) }
      },
    })
    const provider: MeterProvider = { getMeter: () => meter }
    const time = timeCalls(provider, 'scope', '1.0.0')
    const start = performance.now()
    const attributes: Attributes = { ...STARTED }
    const ended = time?.(attributes)
    // A span may be given the attributes, and be told more.
    attributes['server.address'] = 'changed.test'
    ended?.({ statusCode: 500, errorType: '500', protocolVersion: '1.1' })
    time?.(STARTED)(UNANSWERED, start + 60_000)
    const seconds = (performance.now() - start) / 1000

    expect(created).toMatchObject([['http.client.request.duration', { unit: 's' }]])
    const known = {
      'http.request.method': 'GET',
      'server.address': 'api.test',
      'server.port': 80,
      'url.scheme': 'http',
    }
    expect(recorded.map(([, attributes]) => attributes)).toEqual([
      {
        ...known,
        'http.response.status_code': 500,
        'error.type': '500',
        'network.protocol.version': '1.1',
      },
      known,
    ])
    expect(Object.keys(recorded[1]?.[1] ?? {})).toEqual(Object.keys(known))
    expect(recorded[0]?.[0]).toBeGreaterThan(0)
    expect(recorded[0]?.[0]).toBeLessThanOrEqual(seconds)
    expect(recorded[1]?.[0]).toBeGreaterThan(60 - seconds)
    expect(recorded[1]?.[0]).toBeLessThanOrEqual(60)
  })

  it('is nothing where nobody collects metrics', () => {
    expect(timeCalls({ getMeter: () => createNoopMeter() }, 'scope', '1.0.0')).toBeUndefined()
  })
})
