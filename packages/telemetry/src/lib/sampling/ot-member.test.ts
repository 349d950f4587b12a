import { describe, expect, it } from 'vitest'
import { parseTraceState } from '../links/tracestate.ts'
import { otTraceState, readOtMember, withoutThreshold } from './ot-member.ts'

describe('readOtMember', () => {
  it.each([
    ['ot=th:c', true, 'c', undefined],
    ['ot=th:0', true, '0', undefined],
    ['ot=th:fd70a4;rv:6e6d1a75832a2f', true, 'fd70a4', '6e6d1a75832a2f'],
    ['vendor=1,ot=p:8;rv:00000000000000;th:ffffffffffffff', true, 'ffffffffffffff', '00000000000000'],
    ['ot=p:8;xth:c;xrv:6e6d1a75832a2f', false, undefined, undefined],
    ['vendor=th:c', false, undefined, undefined],
  ])('finds in %s what it says', (list, hasThreshold, threshold, randomness) => {
    expect(readOtMember(parseTraceState(list))).toEqual({ hasThreshold, threshold, randomness })
  })

  it.each(['th:', 'th:C', 'th:0x8', 'th:c0000000000000f', 'th:-8', 'th:c;th:8', 'th:8;p:1;th:8'])(
    'makes nothing of the threshold %s, but tells that it is there',
    (value) => {
      expect(readOtMember(parseTraceState(`ot=${value}`))).toMatchObject({
        hasThreshold: true,
        threshold: undefined,
      })
    },
  )

  it.each([
    'rv:',
    'rv:6e6d1a75832a2',
    'rv:6e6d1a75832a2f0',
    'rv:6E6D1A75832A2F',
    'rv:6e6d1a75832a2f;rv:6e6d1a75832a2f',
  ])('makes nothing of the randomness %s', (value) => {
    expect(readOtMember(parseTraceState(`ot=${value}`)).randomness).toBeUndefined()
  })

  it('finds nothing where there is no list', () => {
    expect(readOtMember(undefined)).toEqual({
      hasThreshold: false,
      threshold: undefined,
      randomness: undefined,
    })
  })
})

describe('withoutThreshold', () => {
  it.each([
    ['ot=th:c', ''],
    ['vendor=1,ot=th:c', 'vendor=1'],
    ['vendor=1,ot=p:8;th:c;rv:6e6d1a75832a2f;x:1', 'ot=p:8;rv:6e6d1a75832a2f;x:1,vendor=1'],
    ['ot=th:c;th:8;xth:1', 'ot=xth:1'],
  ])('of %s is "%s"', (list, others) => {
    const traceState = parseTraceState(list)
    expect(traceState && withoutThreshold(traceState).serialize()).toBe(others)
  })
})

describe('otTraceState', () => {
  it('says what there is to say', () => {
    expect(otTraceState('c', undefined)?.serialize()).toBe('ot=th:c')
    expect(otTraceState(undefined, '6e6d1a75832a2f')?.serialize()).toBe('ot=rv:6e6d1a75832a2f')
    expect(otTraceState('0', '6e6d1a75832a2f')?.serialize()).toBe('ot=th:0;rv:6e6d1a75832a2f')
    expect(otTraceState(undefined, undefined)).toBeUndefined()
  })
})
