import { describe, expect, it } from 'vitest'
import type { Round } from './measure.ts'
import { renderChart } from './render-chart.ts'
import { renderResults } from './render-results.ts'
import type { MicroResult, PeersResult, TailResult } from './results.ts'
import { summarize } from './summarize.ts'

const ROUND: Round = {
  spansPerRequest: 0,
  delivered: 1,
  cpuMicros: 100,
  requestsPerSecond: 8000,
  firstLineMillis: 20,
  listenMillis: 90,
  startMegabytes: 60,
  loadMegabytes: 100,
  p99Millis: 2,
  longestHoldMillis: 3,
  foreignLoad: 0,
}
const round = (changes: Partial<Round>): Round => ({ ...ROUND, ...changes })
const traced = {
  spansPerRequest: 3,
  requestsPerSecond: 6000,
  firstLineMillis: 60,
  startMegabytes: 68,
  p99Millis: 2.1,
}
const machine = {
  processor: 'Example 9000',
  processors: 2,
  memoryGigabytes: 8,
  kernel: 'linux 6.1',
  node: 'v26.10.0',
}

const PEERS: PeersResult = {
  date: '2026-11-22T23:00:00.000Z',
  machine,
  pinned: true,
  plan: {
    starts: 3,
    warmUp: { requests: 40_000, leastMillis: 1000, mostMillis: 9000 },
    saturateMillis: 3000,
    paceMillis: 6000,
  },
  variants: [
    // Between the rounds the machine became slower: only ratios within a round mean anything.
    {
      name: 'none',
      title: 'no tracing',
      base: 'none',
      rounds: [ROUND, round({ cpuMicros: 200 }), round({ cpuMicros: 140 })],
    },
    {
      name: 'ours',
      title: 'linked-traces',
      version: '0.1.0',
      base: 'none',
      rounds: [
        round({ ...traced, cpuMicros: 130 }),
        round({ ...traced, cpuMicros: 280, foreignLoad: 0.9 }),
        round({ ...traced, cpuMicros: 165, delivered: 0.5 }),
      ],
    },
    {
      name: 'other',
      title: 'other <b>',
      version: '4.2.0',
      base: 'none',
      rounds: [round({ ...traced, cpuMicros: 330, firstLineMillis: 13 })],
    },
    { name: 'hello', title: 'hello world: no tracing', base: 'hello', rounds: [round({ cpuMicros: 12.34 })] },
  ],
}

const MICRO: MicroResult = {
  date: '2026-11-21T01:00:00.000Z',
  machine,
  operations: [{ name: 'a span', micros: 1.234 }],
  series: [
    {
      name: 'A span with attributes',
      unit: 'attributes',
      growth: 'linear',
      points: [
        { size: 0, micros: 1 },
        { size: 10, micros: 3 },
      ],
    },
    {
      name: 'A request',
      unit: 'requests',
      growth: 'constant',
      points: [
        { size: 1, micros: 4 },
        { size: 1000, micros: 5 },
      ],
    },
  ],
}

const tail = (p50Millis: number, p99Millis: number, p999Millis: number) => ({
  p50Millis,
  p99Millis,
  p999Millis,
})
const TAIL: TailResult = {
  date: '2026-11-20T01:00:00.000Z',
  machine,
  plan: {
    warmUp: { requests: 1000, leastMillis: 1, mostMillis: 2 },
    settleMillis: 4000,
    paceMillis: 20_000,
  },
  isAwake: true,
  groups: [
    {
      title: 'Steady',
      rows: [
        {
          title: 'no tracing',
          all: tail(1, 3, 10),
          sets: [tail(1, 10, 40), tail(1, 2, 4), tail(1, 4, 9)],
          p99Interval: [1, 1],
        },
        {
          title: 'traced',
          all: tail(1.1, 3.15, 9),
          sets: [tail(1, 2.2, 5), tail(1.2, 10.5, 40), tail(1, 4.5, 9)],
          p99Interval: [0.954, 1.116],
        },
      ],
    },
  ],
}

describe('summarize', () => {
  it('takes the medians of what each round says beside the base in that round', () => {
    expect(summarize(PEERS).find(({ name }) => name === 'ours')).toMatchObject({
      cpuMicros: 165,
      addedMicros: 30,
      cpuRatio: 1.3,
      throughputRatio: 0.75,
      addedFirstLineMillis: 40,
      addedStartMegabytes: 8,
      delivered: 1,
      disturbed: 1,
      rounds: 3,
    })
  })

  it('leaves out what has no round or no base yet', () => {
    const variants = [
      { name: 'none', title: 'no tracing', base: 'none', rounds: [] },
      { name: 'ours', title: 'linked-traces', base: 'gone', rounds: [ROUND] },
    ]
    expect(summarize({ ...PEERS, variants })).toEqual([])
  })
})

describe('renderResults', () => {
  it('tells when, on what and with which versions, and names what was disturbed', () => {
    const text = renderResults(PEERS, undefined, undefined)
    expect(text).toContain('2026-11-22, Node 26.10.0, 2 × Example 9000, 8 GB, linux 6.1.')
    expect(text).toContain(
      '| linked-traces 0.1.0 | 3 | 100 % | 165 | 30.0 | 1.30 | 0.75 | +40 | +8 | 1.00 | 2.1 (1.05) | 3.0 |',
    )
    expect(text).toContain(
      '| no tracing | 0 | – | 140 | – | 1.00 | 1.00 | 20 | 60 | 1.00 | 2.0 (1.00) | 3.0 |',
    )
    expect(text).toContain('| other <b> 4.2.0 | 3 | 100 % | 330 | 230 | 3.30 | 0.75 | −7 | +8 |')
    expect(text).toContain('| hello world: no tracing | 0 | – | 12.3 |')
    expect(text).toContain('in rounds of linked-traces (1 of 3): these figures are not to be relied on.')
    expect(text).toContain(
      'Warmed up by 40,000 requests (1 to 9 s), saturated for 3 s, then 6 s at 300 requests',
    )
    expect(text).not.toContain('## One operation')
  })

  it('tells what does not count before the fixed rate, where anything did', () => {
    const plan = { ...PEERS.plan, settleMillis: 5000 }
    expect(renderResults({ ...PEERS, plan }, undefined, undefined)).toContain(
      'then 5 s at 1000 that do not count, and 6 s at 300 requests',
    )
  })

  it('tells what the slowest requests of a comparison count from', () => {
    const p99Of = (result: PeersResult) =>
      /\*p99\*: (.*?)\./.exec(renderResults(result, undefined, undefined))?.[1]
    expect(p99Of({ ...PEERS, latencyFrom: 'sent' })).toBe(
      'at 300 requests a second, from when they were sent',
    )
    expect(p99Of(PEERS)).toBe(
      'at 300 requests a second, from when they were due, a millisecond or so before they were sent',
    )
  })

  it('tells of the slowest requests of all sets, and how far the sets are apart', () => {
    const text = renderResults(undefined, TAIL, undefined)
    expect(text).toContain(
      '3 sets of all variants in turn, a process each: 4 s at 1000 that do not count, and 20 s at 300 requests a second. No processor slept meanwhile.',
    )
    expect(text).toContain('Steady:\n\n| variant |')
    expect(text).toContain('| no tracing | 1.00 | – | 3.00 | – | – | 10.00 | – | 2.00 / 4.00 / 10.00 |')
    expect(text).toContain(
      '| traced | 1.10 | 1.10 | 3.15 | 1.05 | 0.95 to 1.12 | 9.00 | 0.90 | 2.20 / 4.50 / 10.50 |',
    )
  })

  it('tells what each more of something costs', () => {
    const text = renderResults(undefined, undefined, MICRO)
    expect(text).toContain('| a span | 1.23 |')
    expect(text).toContain('| 0 | 1.00 | – |\n| 10 | 3.00 | 0.200 |')
    expect(text).toContain('| 1 | 4.00 | – |\n| 1000 | 5.00 | 1.25 |')
    expect(text).not.toContain('## Beside others')
  })
})

describe('renderChart', () => {
  it('draws a bar for each that adds something, the cheapest on top, as long as what it adds', () => {
    const chart = renderChart(summarize(PEERS), 'a & b')
    const bars = [...chart.matchAll(/<rect class="(\w+)" [^>]*width="([\d.]+)"/g)].map(([, kind, width]) => ({
      kind,
      width: Number(width),
    }))
    expect(bars).toEqual([
      { kind: 'ours', width: expect.closeTo((400 * 30) / 230, 0) },
      { kind: 'theirs', width: 400 },
    ])
    expect(chart).toContain('>30 µs, 3 spans<')
    expect(chart).toContain('>other &lt;b><')
    expect(chart).toContain('>a &amp; b<')
    expect(chart).toContain('prefers-color-scheme: dark')
  })
})
