import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { renderChart } from './compare/render-chart.ts'
import { renderResults } from './compare/render-results.ts'
import { readResult } from './compare/results.ts'
import { summarize } from './compare/summarize.ts'

// node src/results.ts
// Writes RESULTS.md and the chart from the runs in results/, as every run does at its end.

const BENCH = join(import.meta.dirname, '..')
const peers = readResult('peers')
writeFileSync(join(BENCH, 'RESULTS.md'), renderResults(peers, readResult('tail'), readResult('micro')))
if (peers !== undefined) {
  const rows = summarize(peers).filter(({ name }) => !name.startsWith('hello'))
  const none = rows.find(({ name }) => name === 'none')
  const busy = rows.some(({ disturbed }) => disturbed > 0)
    ? ', while others used the machine: not to be relied on'
    : ''
  const caption = `Express 5, one fetch, export included; ${Math.round(none?.cpuMicros ?? 0)} µs without tracing (${peers.date.slice(0, 10)}${busy})`
  writeFileSync(join(BENCH, 'results', 'added.svg'), renderChart(rows, caption))
}
