import { describe, expect, it } from 'vitest'
import type { DurationStatistics } from '../../../src/api/contract.ts'
import { traceWorld } from '../../test/fixtures/trace-world.ts'
import { speedOf, speedsOf } from './span-speed.ts'

const millis = (count: number): string => String(count * 1e6)

/** A hundred spans, most of which took 10 ms, unless told otherwise. */
const usual = (change: Partial<DurationStatistics> = {}): DurationStatistics => ({
  count: 100,
  minNano: millis(2),
  maxNano: millis(90),
  avgNano: millis(12),
  stdevNano: millis(8),
  p5Nano: millis(5),
  p50Nano: millis(10),
  p90Nano: millis(18),
  p95Nano: millis(20),
  p99Nano: millis(80),
  p999Nano: millis(90),
  ...change,
})

describe('speedOf', () => {
  it('marks what took longer or shorter than 95 % of the operation’s spans', () => {
    expect(speedOf(millis(21), usual())?.word).toBe('SLOW')
    expect(speedOf(millis(4), usual())?.word).toBe('FAST')
    for (const duration of [5, 10, 20]) expect(speedOf(millis(duration), usual())).toBeNull()
  })

  it('leaves unmarked what is close to the median, where all took nearly as long', () => {
    const alike = usual({ p5Nano: millis(9), p95Nano: millis(11) })
    expect(speedOf(millis(14), alike)).toBeNull()
    expect(speedOf(millis(7), alike)).toBeNull()
    expect(speedOf(millis(15), alike)?.word).toBe('SLOW')
    expect(speedOf(millis(6), alike)?.word).toBe('FAST')
  })

  it('does not judge by fewer than 20 spans', () => {
    expect(speedOf(millis(500), usual({ count: 19 }))).toBeNull()
    expect(speedOf(millis(500), usual({ count: 20 }))?.word).toBe('SLOW')
    expect(speedOf(millis(500), null)).toBeNull()
  })

  it('says its rule and what is usual', () => {
    expect(speedOf(millis(30), usual({ count: 1_200 }))?.hint.split('\n')).toEqual([
      'Longer than 95 % of its operation’s spans, and at least 1.5 times their median',
      '1,200 spans in the hour before:',
      'min 2 ms',
      'p5 5 ms',
      'median 10 ms',
      'avg 12 ms',
      'p95 20 ms',
      'max 90 ms',
    ])
  })
})

describe('speedsOf', () => {
  it('compares each span with its own operation, of its own service and kind', () => {
    const { spans } = traceWorld({
      rolls: [
        { id: 'slow', name: 'roll', service: 'dice', duration: 40 },
        { id: 'usual', name: 'roll', service: 'dice', duration: 12 },
        { id: 'other', name: 'roll', service: 'cards', duration: 40 },
        { id: 'kind', name: 'roll', service: 'dice', kind: 'client', duration: 40 },
      ],
    }).trace('rolls')
    const operation = { serviceName: 'dice', operation: 'roll', kind: 'internal', spanCount: 100 } as const
    const speeds = speedsOf(spans, [{ ...operation, errorCount: 0, durations: usual() }])
    const names = spans.flatMap(({ spanId }) =>
      speeds.has(spanId) ? [Buffer.from(spanId, 'hex').toString()] : [],
    )
    expect(names.map((name) => name.replaceAll('\0', ''))).toEqual(['slow'])
  })
})
