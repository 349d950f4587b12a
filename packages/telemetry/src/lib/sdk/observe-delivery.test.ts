import type { BatchObservableResult, MeterProvider, Observable } from '@opentelemetry/api'
import { createNoopMeter } from '@opentelemetry/api'
import { describe, expect, it } from 'vitest'
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
  const meter = Object.assign(createNoopMeter(), {
    createObservableCounter: create,
    createObservableUpDownCounter: create,
    addBatchObservableCallback(given: Observe) {
      callback = given
    },
  })
  const provider: MeterProvider = { getMeter: () => meter }
  return {
    provider,
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

describe('observeDelivery', () => {
  it('tells what is queued, under way, taken and lost, in the terms of the semantic conventions', () => {
    const { provider, collect } = recordingProvider()
    const dropped = {
      queueFull: 5,
      refused: 3,
      rejected: 0,
      deadline: 0,
      afterShutdown: 1,
      spoolFull: 0,
      spoolUnreadable: 0,
    }
    let exported = 10
    observeDelivery(provider, () => [
      {
        destination: {
          kind: 'otlp',
          url: 'https://collector.example/v1/traces',
          headers: {},
          protocol: 'http/json',
          compression: 'gzip',
          timeoutMillis: 1,
        },
        health: { kind: 'otlp', url: '', exported, queued: 7, spooled: 0, dropped },
        inFlight: 4,
        capacity: 2048,
      },
    ])
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
    expect(collect()).toEqual([
      ['otel.sdk.processor.span.queue.size', 7, processor],
      ['otel.sdk.processor.span.queue.capacity', 2048, processor],
      ['otel.sdk.processor.span.processed', 13, processor],
      ['otel.sdk.processor.span.processed', 5, { ...processor, 'error.type': 'queue_full' }],
      ['otel.sdk.processor.span.processed', 1, { ...processor, 'error.type': 'already_shutdown' }],
      ['otel.sdk.exporter.span.inflight', 4, exporter],
      ['otel.sdk.exporter.span.exported', 10, exporter],
      ['otel.sdk.exporter.span.exported', 3, { ...exporter, 'error.type': 'refused' }],
    ])
    exported = 11
    expect(collect()).toContainEqual(['otel.sdk.exporter.span.exported', 11, exporter])
  })
})
