import { describe, expect, it } from 'vitest'
import type { OperationStatistics } from '../../../src/api/contract.ts'
import { servicesOfOperations } from './services-of-operations.ts'

const operation = (
  serviceName: string,
  name: string,
  spanCount: number,
  errorCount: number,
  avg: string,
): OperationStatistics => ({
  serviceName,
  operation: name,
  kind: 'server',
  spanCount,
  errorCount,
  durations: {
    count: spanCount,
    minNano: avg,
    maxNano: avg,
    avgNano: avg,
    stdevNano: '0',
    p5Nano: avg,
    p50Nano: avg,
    p90Nano: avg,
    p95Nano: avg,
    p99Nano: avg,
    p999Nano: avg,
  },
})

describe('servicesOfOperations', () => {
  it('adds up operations by service, the busiest first, and weighs averages by their spans', () => {
    const operations = [
      operation('a', 'x', 1, 1, '1000'),
      operation('b', 'y', 9, 0, '5'),
      operation('a', 'z', 3, 0, '2000'),
    ]
    expect(servicesOfOperations(operations)).toEqual([
      { serviceName: 'b', spanCount: 9, errorCount: 0, durations: { avgNano: '5', p95Nano: null } },
      { serviceName: 'a', spanCount: 4, errorCount: 1, durations: { avgNano: '1750', p95Nano: null } },
    ])
  })
})
