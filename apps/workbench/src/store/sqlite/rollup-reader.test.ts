import { DatabaseSync } from 'node:sqlite'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DurationHistogram } from '../../model/duration-histogram.ts'
import type { StatsFilter } from '../telemetry-store.ts'
import { RollupReader } from './rollup-reader.ts'
import { Rollups } from './rollups.ts'
import { migrate } from './schema.ts'

const operations = [
  { service: 'shop', name: 'buy' },
  { service: 'shop', name: 'look' },
  { service: 'stock', name: 'look' },
]
const nanosPerMinute = 60_000_000_000n

type Span = {
  readonly operation: number
  readonly minute: number
  readonly status: number
  readonly duration: number
  readonly isRoot: boolean
}

const span: fc.Arbitrary<Span> = fc.record({
  operation: fc.integer({ min: 0, max: operations.length - 1 }),
  minute: fc.integer({ min: 0, max: 150 }),
  status: fc.integer({ min: 0, max: 2 }),
  duration: fc.integer({ min: 0, max: 2 ** 40 }),
  isRoot: fc.boolean(),
})

const filter: fc.Arbitrary<StatsFilter> = fc
  .record({
    bounds: fc.tuple(fc.integer({ min: 0, max: 151 }), fc.integer({ min: 0, max: 151 })),
    some: fc.record(
      {
        service: fc.constantFrom('shop', 'stock'),
        operation: fc.constantFrom('buy', 'look'),
        status: fc.integer({ min: 0, max: 2 }),
      },
      { requiredKeys: [] },
    ),
  })
  .map(({ bounds, some }) => ({ fromMinute: Math.min(...bounds), toMinute: Math.max(...bounds), ...some }))

/** A reader of a database into which the spans came in two transactions. */
function readerOf(spans: readonly Span[]): RollupReader {
  const database = new DatabaseSync(':memory:')
  migrate(database, 0)
  for (const { service, name } of operations)
    database.prepare('INSERT INTO operation (service, name, kind) VALUES (?, ?, 1)').run(service, name)
  const rollups = new Rollups(database)
  spans.forEach(({ operation, minute, status, duration, isRoot }, index) => {
    if (index === Math.floor(spans.length / 2)) rollups.flush()
    rollups.add(1, operation + 1, status, BigInt(minute) * nanosPerMinute, BigInt(duration), isRoot)
  })
  rollups.flush()
  return new RollupReader(database)
}

/** The same counted one span after the other, by `keyOf`. */
function counted<K>(spans: readonly Span[], asked: StatsFilter, keyOf: (span: Span) => K) {
  const matching = spans.filter(
    ({ operation, minute, status }) =>
      minute >= asked.fromMinute &&
      minute < asked.toMinute &&
      status === (asked.status ?? status) &&
      operations[operation]?.service === (asked.service ?? operations[operation]?.service) &&
      operations[operation]?.name === (asked.operation ?? operations[operation]?.name),
  )
  return [...Map.groupBy(matching, keyOf)].map(([key, group]) => {
    const histogram = new DurationHistogram()
    for (const { duration } of group) histogram.add(duration)
    const [min, p5, p50, p99, max] = histogram.quantiles([0, 0.05, 0.5, 0.99, 1])
    const sum = group.reduce((total, { duration }) => total + duration, 0)
    return {
      key,
      stats: {
        spanCount: group.length,
        errorCount: group.filter(({ status }) => status === 2).length,
        rootCount: group.filter(({ isRoot }) => isRoot).length,
        average: expect.closeTo(sum / group.length, 0),
        min,
        p5,
        p50,
        p99,
        max,
      },
    }
  })
}

const byKey = (a: { key: string | number }, b: { key: string | number }): number => (a.key < b.key ? -1 : 1)

describe('RollupReader', () => {
  it('tells of operations, services and steps of time what counting span by span tells, whatever is asked for', () => {
    fc.assert(
      fc.property(
        fc.array(span, { maxLength: 60 }),
        filter,
        fc.integer({ min: 1, max: 90 }),
        (spans, asked, step) => {
          const reader = readerOf(spans)
          const nameOf = ({ operation }: Span) => JSON.stringify(operations[operation])
          expect(
            reader
              .operations(asked)
              .map(({ serviceName: service, name, stats }) => ({
                key: JSON.stringify({ service, name }),
                stats,
              }))
              .sort(byKey),
          ).toMatchObject(counted(spans, asked, nameOf).sort(byKey))
          expect(
            reader
              .services(asked)
              .map(({ serviceName: key, stats }) => ({ key, stats }))
              .sort(byKey),
          ).toMatchObject(
            counted(spans, asked, ({ operation }) => operations[operation]?.service ?? '').sort(byKey),
          )
          const stepOf = ({ minute }: Span) => minute - ((minute - asked.fromMinute) % step)
          expect(
            reader.timeSeries(asked, step).map(({ minute: key, stats }) => ({ key, stats })),
          ).toMatchObject(counted(spans, asked, stepOf).sort(byKey))
        },
      ),
    )
  })

  it('tells the durations that 5, 50, 95 and 99 in a hundred spans do not exceed, to within 3.2 %', () => {
    const hundred = Array.from({ length: 100 }, (_, index) => (index + 1) * 1e6)
    const reader = readerOf(
      hundred.map((duration) => ({ operation: 0, minute: 5, status: 0, isRoot: true, duration })),
    )
    const [found] = reader.operations({ fromMinute: 0, toMinute: 10 })
    const { p5 = 0, p50 = 0, p95 = 0, p99 = 0 } = found?.stats ?? {}
    for (const [told, percent] of [
      [p5, 5],
      [p50, 50],
      [p95, 95],
      [p99, 99],
    ] as const)
      expect(Math.abs(told / (percent * 1e6) - 1)).toBeLessThan(0.032)
  })

  it('orders services and operations by their spans', () => {
    const one = { minute: 5, status: 0, duration: 1, isRoot: true }
    const reader = readerOf([{ ...one, operation: 0 }, ...[1, 2, 3].map(() => ({ ...one, operation: 2 }))])
    const asked = { fromMinute: 0, toMinute: 10 }
    expect(reader.services(asked).map(({ serviceName }) => serviceName)).toEqual(['stock', 'shop'])
    expect(reader.operations(asked).map(({ name }) => name)).toEqual(['look', 'buy'])
  })
})
