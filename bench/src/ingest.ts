import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Pool } from 'undici'
import { batchSpans } from './load.ts'
import { ensureLoadFile, LoadFile } from './load-file.ts'
import { machine } from './machine.ts'
import { WorkbenchUnderTest } from './workbench-under-test.ts'

// node --conditions=@linked-traces/source src/ingest.ts [json|protobuf] [spans] [connections] [data folder to keep]
// Sends exports made ahead to a workbench in a process of its own and tells how many spans a second were acknowledged.

const encoding = process.argv[2] === 'protobuf' ? 'protobuf' : 'json'
const spans = Number(process.argv[3] ?? 500_000)
const connections = Number(process.argv[4] ?? 8)
const kept = process.argv[5]

const batches = Math.ceil(spans / batchSpans)
const loadPath = join(tmpdir(), `linked-traces-load-${encoding}-${batches}.bin`)
ensureLoadFile(loadPath, encoding, batches, 55)

const data = kept ?? mkdtempSync(join(tmpdir(), 'linked-traces-bench-'))
const workbench = await WorkbenchUnderTest.start(data, 20_000_000)

const load = new LoadFile(loadPath)
const pool = new Pool(workbench.url, { connections, pipelining: 1 })
const headers = {
  'content-type': encoding === 'json' ? 'application/json' : 'application/x-protobuf',
  'content-encoding': 'gzip',
}
let acknowledged = 0
let overloaded = 0

async function send(): Promise<void> {
  for (let body = load.next(); body; body = load.next()) {
    for (;;) {
      const response = await pool.request({ path: '/v1/traces', method: 'POST', headers, body })
      await response.body.dump()
      if (response.statusCode === 200) break
      if (response.statusCode !== 503) throw new Error(`The workbench answered ${response.statusCode}.`)
      overloaded++
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    acknowledged += batchSpans
  }
}

/** Least, median and most of the rates in each ten seconds, as far as there were any. */
function tenSeconds(): string {
  const sorted = rates.toSorted((a, b) => a - b).map(Math.round)
  const median = sorted[Math.floor(sorted.length / 2)]
  return median === undefined
    ? ''
    : ` (${sorted[0]}, ${median}, ${sorted.at(-1)} in each 10 s: least, median, most)`
}

const startedAt = performance.now()
const processorBefore = workbench.processorSeconds()
const rates: number[] = []
let last = { at: startedAt, acknowledged: 0 }
const report = setInterval(() => {
  const now = performance.now()
  const rate = ((acknowledged - last.acknowledged) / (now - last.at)) * 1_000
  rates.push(rate)
  console.log(`${acknowledged} spans, ${Math.round(rate)}/s, RSS ${Math.round(workbench.memory('VmRSS'))} MB`)
  last = { at: now, acknowledged }
}, 10_000)
await Promise.all(Array.from({ length: connections }, send))
const seconds = (performance.now() - startedAt) / 1_000
clearInterval(report)
console.log(
  `${machine()}\n${encoding}, gzip, ${connections} connections: ${acknowledged} spans in ` +
    `${seconds.toFixed(1)} s = ${Math.round(acknowledged / seconds)}/s${tenSeconds()}, answers 503: ${overloaded}, ` +
    `${(((workbench.processorSeconds() - processorBefore) / acknowledged) * 1e6).toFixed(1)} µs of processor time a span, ` +
    `RSS now ${Math.round(workbench.memory('VmRSS'))} MB, most ${Math.round(workbench.memory('VmHWM'))} MB`,
)
await pool.close()
await workbench.stop()
if (kept === undefined) rmSync(data, { recursive: true })
