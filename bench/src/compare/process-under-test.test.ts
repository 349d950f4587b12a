import { describe, expect, it } from 'vitest'
import { processorSeconds } from './process-under-test.ts'

describe('processorSeconds', () => {
  it('reads user and system time behind a name with spaces and parentheses', () => {
    const stat = '4242 (node (app) 1) S 1 4242 4242 0 -1 4194304 9 0 0 0 123 45 0 0 20 0 11 0 99 1 2'
    expect(processorSeconds(stat)).toBeCloseTo(1.68)
  })
})
