import { describe, expect, it } from 'vitest'
import { traceStateMembers } from './trace-state.ts'

describe('traceStateMembers', () => {
  it('says what OpenTelemetry’s member means for sampling', () => {
    expect(traceStateMembers('ot=th:8;rv:c0000000000000, vendor=opaque:1')).toEqual([
      { key: 'ot', value: 'th:8;rv:c0000000000000', meaning: 'sampled at 50 %, randomness 0.7500 of 1' },
      { key: 'vendor', value: 'opaque:1', meaning: null },
    ])
  })

  it('shows what it cannot read as it is', () => {
    expect(traceStateMembers('broken,ot=p:8;r:62')).toEqual([
      { key: '', value: 'broken', meaning: null },
      { key: 'ot', value: 'p:8;r:62', meaning: null },
    ])
    expect(traceStateMembers('')).toEqual([])
  })
})
