import type { BatchObservableResult, MeterProvider, Observable } from '@opentelemetry/api'
import { createNoopMeter } from '@opentelemetry/api'
import { describe, expect, it } from 'vitest'
import type { DeliveryFigures } from './observe-delivery.ts'
import { observeDelivery } from './observe-delivery.ts'

type Observe = (result: BatchObservableResult) => void

/** A provider that collects when it is told to. */
function recordingProvider() {
  const names = new Map<Observable, string>()
  let callback: Observe = () => {}
  const create = (name: string): Observable => {
    const observable = { addCallback() {}, removeCallback() {} }
    names.set(observable, name)
    return observable
  }
  const recorded: [string, number, object | undefined][] = []
  const meter = Object.assign(Object.create(createNoopMeter()), {
    createHistogram: (name: string) => ({
      record: (value: number, attributes?: object) => void recorded.push([name, value, attributes]),
    }),
    createObservableCounter: create,
    createObservableUpDownCounter: create,
    addBatchObservableCallback(given: Observe) {
      callback = given
    },
  })
  const provider: MeterProvider = { getMeter: () => meter }
  return {
    provider,
    recorded,
    collect() {
      const observed: [string | undefined, number, object | undefined][] = []
      const result: BatchObservableResult = {
        observe: (metric, value, attributes) => void observed.push([names.get(metric), value, attributes]),
      }
      callback(result)
      return observed
    },
  }
}

const figures: DeliveryFigures = {
  destination: {
    kind: 'otlp',
    url: 'https://collector.example/v1/traces',
    headers: {},
    protocol: 'http/json',
    compression: 'gzip',
    timeoutMillis: 1,
  },
  health: {
    kind: 'otlp',
    url: '',
    exported: 10,
    queued: 7,
    spooled: 0,
    dropped: {
      queueFull: 5,
      refused: 3,
      rejected: 2,
      deadline: 6,
      afterShutdown: 1,
      spoolFull: 8,
      spoolUnreadable: 0,
    },
  },
  refused: new Map([
    ['http 401', 2],
    ['encoding', 1],
  ]),
  unsent: 3,
  handedOver: 19,
  givenUpUnsent: 4,
  inFlight: 4,
  capacity: 2048,
}
const processor = {
  'otel.component.type': 'batching_span_processor',
  'otel.component.name': 'batching_span_processor/0',
}
const exporter = {
  'otel.component.type': 'otlp_http_json_span_exporter',
  'otel.component.name': 'otlp_http_json_span_exporter/0',
  'server.address': 'collector.example',
  'server.port': 443,
}

describe('observeDelivery', () => {
  it('tells what is queued, under way, taken and lost, in the terms of the semantic conventions', () => {
    const { provider, collect } = recordingProvider()
    let health = figures.health
    observeDelivery(provider, () => [{ ...figures, health }])
    const failed = (cause: string) => ({ ...exporter, 'error.type': cause })
    expect(collect()).toEqual([
      ['otel.sdk.processor.span.queue.size', 3, processor],
      ['otel.sdk.processor.span.queue.capacity', 2048, processor],
      ['otel.sdk.processor.span.processed', 19, processor],
      ['otel.sdk.processor.span.processed', 5, { ...processor, 'error.type': 'queue_full' }],
      ['otel.sdk.processor.span.processed', 1, { ...processor, 'error.type': 'already_shutdown' }],
      ['otel.sdk.processor.span.processed', 4, { ...processor, 'error.type': 'deadline' }],
      ['otel.sdk.exporter.span.inflight', 4, exporter],
      ['otel.sdk.exporter.span.exported', 10, exporter],
      ['otel.sdk.exporter.span.exported', 2, failed('401')],
      ['otel.sdk.exporter.span.exported', 1, failed('encoding')],
      ['otel.sdk.exporter.span.exported', 2, failed('rejected')],
      ['otel.sdk.exporter.span.exported', 2, failed('deadline')],
      ['otel.sdk.exporter.span.exported', 8, failed('spool_full')],
    ])
    health = { ...health, exported: 11 }
    expect(collect()).toContainEqual(['otel.sdk.exporter.span.exported', 11, exporter])
  })

  it('records how long an export took in seconds, how it ended, and the status of its last answer', () => {
    const { provider, recorded } = recordingProvider()
    const record = observeDelivery(provider, () => [figures])
    record(0, { millis: 250, status: 200 })
    record(0, { millis: 1500, status: 401, cause: 'http 401' })
    record(0, { millis: 9, cause: 'ECONNREFUSED' })
    const name = 'otel.sdk.exporter.operation.duration'
    expect(recorded).toEqual([
      [name, 0.25, { ...exporter, 'http.response.status_code': 200 }],
      [name, 1.5, { ...exporter, 'error.type': '401', 'http.response.status_code': 401 }],
      [name, 0.009, { ...exporter, 'error.type': 'ECONNREFUSED' }],
    ])
  })
})
