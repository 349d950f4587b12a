import { RATE, SETTLING_RATE } from './load.ts'
import type { Tail } from './measure-tail.ts'
import { quantile } from './median.ts'
import type { Machine, MicroResult, MicroSeries, PeersResult, TailGroup, TailResult } from './results.ts'
import { FOREIGN_LOAD_LIMIT, type Row, summarize } from './summarize.ts'

/** RESULTS.md, from the runs that are kept; a part without a run is left out. */
export function renderResults(
  peers: PeersResult | undefined,
  tail: TailResult | undefined,
  micro: MicroResult | undefined,
): string {
  const parts = [
    '# Results',
    'Made by `pnpm --filter @linked-traces/bench results` from the runs in `results/`; edits are lost. How it is measured, and why:\n[decisions/014](../decisions/014-measuring-against-others.md).',
    ...(peers === undefined ? [] : renderPeers(peers)),
    ...(tail === undefined ? [] : renderTail(tail)),
    ...(micro === undefined ? [] : renderMicro(micro)),
  ]
  return `${parts.join('\n\n')}\n`
}

function renderPeers(result: PeersResult): string[] {
  const rows = summarize(result)
  const orders = rows.filter(({ name }) => !name.startsWith('hello'))
  const hello = rows.filter(({ name }) => name.startsWith('hello'))
  const { plan, pinned } = result
  return [
    '## Beside others',
    ...disturbance(rows),
    '![Processor time that tracing adds to a request](results/added.svg)',
    `${described(result.date, result.machine)} ${pinned ? 'The application had one processor, the load and the sink the others.' : 'Nothing was pinned to a processor: trust the ratios only.'} ` +
      `${orders[0]?.rounds ?? 0} rounds of all variants in turn; medians, and for what is relative to no tracing the medians of each round's own ratio. ` +
      `Warmed up by ${plan.warmUp.requests.toLocaleString('en')} requests (${plan.warmUp.leastMillis / 1000} to ${plan.warmUp.mostMillis / 1000} s), saturated for ${plan.saturateMillis / 1000} s, then ${settled(plan)}${plan.paceMillis / 1000} s at ${RATE} requests a second.`,
    'An Express 5 route that makes one `fetch`:',
    table(orders),
    'Hello world on `node:http`:',
    table(hello),
    [
      '- *spans*: for a request, counted at the sink; *arrived*: of those due under saturation.',
      '- *CPU*: of the whole process, all threads, until the last span was exported. *req/s*: saturated, × that of no tracing.',
      '- *first line*: from the start of the process to the first line of an empty application. *RSS at start*: when the application listens; *under load*: × that of no tracing, after saturation.',
      '- With `--no-allocation-site-pretenuring`, but for the rows with V8 *as it comes*, which takes some of what `fetch` makes for long-lived, tracing or not ([decisions/014](../decisions/014-measuring-against-others.md)). Node itself starts more slowly with it, as what it has compiled beforehand was compiled without.',
      `- *p99*: at ${RATE} requests a second, ${result.latencyFrom === 'sent' ? 'from when they were sent' : 'from when they were due, a millisecond or so before they were sent'}. *longest hold*: of the event loop in that time, whatever held it, garbage collection and this machine included.`,
    ].join('\n'),
  ]
}

function settled({ settleMillis = 0 }: { readonly settleMillis?: number }): string {
  return settleMillis === 0 ? '' : `${settleMillis / 1000} s at ${SETTLING_RATE} that do not count, and `
}

function table(rows: readonly Row[]): string {
  const header = [
    'variant',
    'spans',
    'arrived',
    'CPU µs',
    'added µs',
    '×',
    'req/s ×',
    'first line ms',
    'RSS at start MB',
    'under load ×',
    'p99 ms (×)',
    'longest hold ms',
  ]
  const cells = rows.map((row) => {
    const base = row.addedMicros === 0
    return [
      row.version === undefined ? row.title : `${row.title} ${row.version}`,
      String(Number(row.spansPerRequest.toFixed(1))),
      row.spansPerRequest === 0 ? '–' : `${Math.round(Math.min(1, row.delivered) * 100)} %`,
      row.cpuMicros.toFixed(row.cpuMicros < 50 ? 1 : 0),
      base ? '–' : row.addedMicros.toFixed(Math.abs(row.addedMicros) < 50 ? 1 : 0),
      row.cpuRatio.toFixed(2),
      row.throughputRatio.toFixed(2),
      base ? row.firstLineMillis.toFixed(0) : signed(row.addedFirstLineMillis),
      base ? row.startMegabytes.toFixed(0) : signed(row.addedStartMegabytes),
      row.loadRatio.toFixed(2),
      `${row.p99Millis.toFixed(1)} (${row.p99Ratio.toFixed(2)})`,
      row.longestHoldMillis.toFixed(1),
    ]
  })
  return renderTable(header, cells)
}

function signed(value: number): string {
  const rounded = value.toFixed(0)
  return value > 0 ? `+${rounded}` : rounded.replace('-', '−')
}

/** Before anything else is read: figures of a machine that had other things to do. */
function disturbance(rows: readonly Row[]): string[] {
  const disturbed = rows.filter((row) => row.disturbed > 0)
  if (disturbed.length === 0) return []
  const names = disturbed.map((row) => `${row.title} (${row.disturbed} of ${row.rounds})`)
  const shown = disturbed.length === rows.length ? 'all variants' : names.join(', ')
  return [
    `**Others took more than ${FOREIGN_LOAD_LIMIT} processors in rounds of ${shown}: these figures are not to be relied on.**`,
  ]
}

function renderTail({ date, machine, plan, isAwake, groups }: TailResult): string[] {
  const sets = groups[0]?.rows[0]?.sets.length ?? 0
  return [
    '## The slowest requests',
    `${described(date, machine)} ${sets} sets of all variants in turn, a process each: ${settled(plan)}${plan.paceMillis / 1000} s at ${RATE} requests a second. ` +
      (isAwake ? 'No processor slept meanwhile. ' : '') +
      'Of the requests of all sets together, × that of the first row. *By chance*: where nine in ten of the ratios lie that as many sets may give, drawn from these. ' +
      'The last column has the least, the middle and the greatest p99 of a set by itself.',
    ...groups.map(renderTailGroup),
    '*With V8 held steady*: with `--no-allocation-site-pretenuring` ([decisions/014](../decisions/014-measuring-against-others.md)).',
  ]
}

function renderTailGroup({ title, rows }: TailGroup): string {
  const header = [
    'variant',
    'p50 ms',
    '×',
    'p99 ms',
    '×',
    'by chance',
    'p99.9 ms',
    '×',
    'p99 of the sets, ms',
  ]
  const base = rows[0]
  const cells = rows.map((row) => {
    const figure = (name: keyof Tail) => {
      const ratio = row.all[name] / (base?.all[name] ?? Number.NaN)
      return [row.all[name].toFixed(2), row === base ? '–' : ratio.toFixed(2)]
    }
    const byChance = row === base ? '–' : row.p99Interval.map((ratio) => ratio.toFixed(2)).join(' to ')
    const ofSets = row.sets.map(({ p99Millis }) => p99Millis)
    const spread = [0, 0.5, 1].map((share) => quantile(ofSets, share)?.toFixed(2)).join(' / ')
    return [
      row.title,
      ...figure('p50Millis'),
      ...figure('p99Millis'),
      byChance,
      ...figure('p999Millis'),
      spread,
    ]
  })
  return `${title}:\n\n${renderTable(header, cells)}`
}

function renderMicro({ date, machine, operations, series }: MicroResult): string[] {
  return [
    '## One operation',
    described(date, machine),
    renderTable(
      ['operation', 'µs'],
      operations.map(({ name, micros }) => [name, micros.toFixed(2)]),
    ),
    ...series.map(renderSeries),
  ]
}

function renderSeries({ name, unit, growth, points }: MicroSeries): string {
  const [first, ...others] = points
  if (first === undefined) return `${name}: not measured.`
  const isLinear = growth === 'linear'
  const rows = others.map(({ size, micros }) => [
    String(size),
    micros.toFixed(2),
    isLinear
      ? ((micros - first.micros) / (size - first.size)).toFixed(3)
      : (micros / first.micros).toFixed(2),
  ])
  const header = [unit, 'µs', isLinear ? 'µs for each more' : '×']
  return `${name}:\n\n${renderTable(header, [[String(first.size), first.micros.toFixed(2), '–'], ...rows])}`
}

function described(date: string, { processor, processors, memoryGigabytes, kernel, node }: Machine): string {
  return `${date.slice(0, 10)}, Node ${node.replace('v', '')}, ${processors} × ${processor}, ${memoryGigabytes} GB, ${kernel}.`
}

function renderTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  const rule = header.map((_, index) => (index === 0 ? '---' : '--:'))
  return [line(header), `|${rule.join('|')}|`, ...rows.map(line)].join('\n')
}
