import { createContextKey, ROOT_CONTEXT, trace } from '@opentelemetry/api'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DistroTracerProvider } from '../sdk/distro-tracer-provider.ts'
import { EndedSpan } from '../spans/ended-span.ts'
import { REQUEST_ROOT, releaseSpan } from './request-context.ts'

const keys = ['a', 'b', 'c', 'd'].map((name) => createContextKey(`request context test ${name}`))

describe('REQUEST_ROOT', () => {
  it('answers what the API’s own context answers, however many values it is given', () => {
    const step = fc.record({
      key: fc.constantFrom(...keys),
      value: fc.option(fc.integer(), { nil: undefined }),
    })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        let own = REQUEST_ROOT
        let api = ROOT_CONTEXT
        for (const { key, value } of steps) {
          own = value === undefined ? own.deleteValue(key) : own.setValue(key, value)
          api = value === undefined ? api.deleteValue(key) : api.setValue(key, value)
          expect(keys.map((each) => own.getValue(each))).toEqual(keys.map((each) => api.getValue(each)))
        }
      }),
    )
  })

  it('stays as it is when a value is added', () => {
    const [key = Symbol()] = keys
    const outer = REQUEST_ROOT.setValue(key, 1)
    expect(outer.setValue(key, 2).getValue(key)).toBe(2)
    expect(outer.getValue(key)).toBe(1)
    expect(REQUEST_ROOT.getValue(key)).toBeUndefined()
  })
})

describe('releaseSpan', () => {
  const tracer = new DistroTracerProvider({}).getTracer('test')

  it('leaves a span’s ids in every context of its request, and its parent as it is', () => {
    const outer = tracer.startSpan('outer', {}, REQUEST_ROOT)
    const parent = trace.setSpan(REQUEST_ROOT, outer)
    const span = tracer.startSpan('inner', {}, parent)
    const own = trace.setSpan(parent, span)
    const context = own.setValue(createContextKey('more'), 1)
    span.end()
    const remains = releaseSpan(context, span)
    expect(remains).toBeInstanceOf(EndedSpan)
    expect(trace.getSpan(context)).toBe(remains)
    expect(trace.getSpan(own)).toBe(remains)
    expect(trace.getSpanContext(context)).toBe(span.spanContext())
    expect(trace.getSpan(parent)).toBe(outer)
  })

  it('leaves what is not ours as it is', () => {
    const foreign = trace.wrapSpanContext({ traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1 })
    const context = trace.setSpan(REQUEST_ROOT, foreign)
    expect(releaseSpan(context, foreign)).toBe(foreign)
    expect(trace.getSpan(context)).toBe(foreign)
    const span = tracer.startSpan('in a context of the API')
    const ofApi = trace.setSpan(ROOT_CONTEXT, span)
    expect(releaseSpan(ofApi, span)).toBe(span)
    expect(trace.getSpan(ofApi)).toBe(span)
  })
})
