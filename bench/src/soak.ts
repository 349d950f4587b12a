import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Pool } from 'undici'
import { DurationHistogram } from '../../apps/workbench/src/model/duration-histogram.ts'
import { batchSpans, makeBody } from './load.ts'
import { machine } from './machine.ts'
import { WorkbenchUnderTest } from './workbench-under-test.ts'

// node --conditions=@linked-traces/source src/soak.ts [minutes] [spans a second] [spans kept]
// Sends at a steady rate and looks at the dashboard every second, while the oldest traces make room for new ones. Ends by itself, with
// code 1 when an acknowledged span is neither stored nor counted as evicted. Bodies are made by this process as it sends, so
// up to some 10 ms of every latency may be the making of other bodies.

const minutes = Number(process.argv[2] ?? 10)
const rate = Number(process.argv[3] ?? 10_000)
const kept = Number(process.argv[4] ?? 1_000_000)
if (!(minutes > 0 && minutes <= 60 && rate >= batchSpans && rate <= 100_000 && kept >= 1_000))
  throw new Error(
    `Usage: soak.ts [minutes, up to 60] [spans a second, ${batchSpans} to 100000] [spans kept, from 1000]`,
  )

const connections = 8
const batches = Math.floor((minutes * 60 * rate) / batchSpans)
const reportMillis = 10_000
const headers = { 'content-type': 'application/x-protobuf', 'content-encoding': 'gzip' }
const dashboard = ['services', 'operations', 'timeseries', 'errors'].map((about) => `/api/${about}`)

const data = mkdtempSync(join(tmpdir(), 'linked-traces-soak-'))
const workbench = await WorkbenchUnderTest.start(data, kept)
const pool = new Pool(workbench.url, { connections: connections + 1, pipelining: 1 })

const startedAt = performance.now()
const endsAt = startedAt + minutes * 60_000
const left = (): number => endsAt - performance.now()
const pause = (millis: number) => new Promise((resolve) => setTimeout(resolve, millis))

const exports = new DurationHistogram()
const dashboards = new DurationHistogram()
let nextBatch = 0
let acknowledged = 0
let overloaded = 0
/** One for every {@link reportMillis}: minutes since the start, MiB. */
const memory: { minute: number; mebibytes: number }[] = []

/** Sends the batches whose turn it is, each at its time or as soon after it as a connection is free. */
async function send(): Promise<void> {
  while (nextBatch < batches && left() > 0) {
    const dueAt = startedAt + (nextBatch++ * batchSpans * 1_000) / rate
    await pause(Math.max(0, dueAt - performance.now()))
    const body = makeBody('protobuf', BigInt(Date.now()) * 1_000_000n)
    const sentAt = performance.now()
    let status = await post(body)
    while (status === 503 && left() > 0) {
      overloaded++
      await pause(100)
      status = await post(body)
    }
    if (status === 503) return
    if (status !== 200) throw new Error(`The workbench answered ${status}.`)
    exports.add((performance.now() - sentAt) * 1e6)
    acknowledged += batchSpans
  }
}

async function post(body: Buffer): Promise<number> {
  const { statusCode, body: answer } = await pool.request({
    path: '/v1/traces',
    method: 'POST',
    headers,
    body,
  })
  await answer.dump()
  return statusCode
}

async function look(): Promise<void> {
  while (left() > 0) {
    const askedAt = performance.now()
    for (const path of dashboard) {
      const { statusCode, body } = await pool.request({ path, method: 'GET' })
      await body.dump()
      if (statusCode !== 200) throw new Error(`The workbench answered ${statusCode} to ${path}.`)
    }
    dashboards.add((performance.now() - askedAt) * 1e6)
    await pause(Math.min(1_000, Math.max(0, left())))
  }
}

type Health = {
  readonly store: { readonly spanCount: number; readonly evictedSpanCount: number }
  readonly received: {
    readonly spans: number
    readonly duplicateSpans: number
    readonly rejectedSpans: number
  }
}

const health = async (): Promise<Health> =>
  (await (await pool.request({ path: '/api/health', method: 'GET' })).body.json()) as Health

/** Least squares, MiB a minute, of what was read after the first third, when threads and caches have their size. */
function growth(): number {
  const settled = memory.slice(Math.floor(memory.length / 3))
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + value, 0) / values.length
  const [x, y] = [mean(settled.map(({ minute }) => minute)), mean(settled.map(({ mebibytes }) => mebibytes))]
  return (
    mean(settled.map(({ minute, mebibytes }) => (minute - x) * (mebibytes - y))) /
    mean(settled.map(({ minute }) => (minute - x) ** 2))
  )
}

const latency = (histogram: DurationHistogram): string => {
  const [p50 = 0, p95 = 0, p99 = 0, max = 0] = histogram
    .quantiles([0.5, 0.95, 0.99, 1])
    .map((nanos) => Math.round(nanos / 1e6))
  return `p50 ${p50} ms, p95 ${p95} ms, p99 ${p99} ms, most ${max} ms of ${histogram.total}`
}

let before = { at: startedAt, acknowledged: 0 }
const report = setInterval(() => {
  const at = performance.now()
  const mebibytes = workbench.memory('VmRSS')
  memory.push({ minute: (at - startedAt) / 60_000, mebibytes })
  const lately = Math.round(((acknowledged - before.acknowledged) / (at - before.at)) * 1_000)
  console.log(
    `${Math.round((at - startedAt) / 1_000)} s: ${acknowledged} spans, ${lately}/s, RSS ${Math.round(mebibytes)} MiB`,
  )
  before = { at, acknowledged }
}, reportMillis)

try {
  await Promise.all([...Array.from({ length: connections }, send), look()])
  const seconds = (performance.now() - startedAt) / 1_000
  const { store, received } = await health()
  const found = store.spanCount + store.evictedSpanCount
  console.log(
    [
      `${machine()}; ${seconds.toFixed(0)} s at ${rate} spans/s wanted, ${kept} kept`,
      `spans/s: ${Math.round(acknowledged / seconds)}, answers 503: ${overloaded}`,
      `processor: ${((workbench.processorSeconds() / acknowledged) * 1e6).toFixed(1)} µs a span, dashboards included`,
      `export: ${latency(exports)}`,
      `dashboard of the last hour, four requests: ${latency(dashboards)}`,
      `RSS: ${Math.round(memory[0]?.mebibytes ?? 0)} MiB first, ${Math.round(workbench.memory('VmRSS'))} last, ` +
        `${Math.round(workbench.memory('VmHWM'))} most, ${growth().toFixed(1)} MiB a minute after the first third`,
      `acknowledged ${acknowledged}, received ${received.spans} (${received.duplicateSpans} twice, ${received.rejectedSpans} rejected), ` +
        `stored ${store.spanCount} + evicted ${store.evictedSpanCount} = ${found}`,
    ].join('\n'),
  )
  if (found !== acknowledged) process.exitCode = 1
} finally {
  clearInterval(report)
  await pool.destroy()
  await workbench.stop()
  rmSync(data, { recursive: true })
}
