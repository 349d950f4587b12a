import { createContextKey, ROOT_CONTEXT } from '@opentelemetry/api'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { REQUEST_ROOT } from './request-context.ts'

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
