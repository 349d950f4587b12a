import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { ingestExports } from '../../apps/workbench/src/ingest/ingest-exports.ts'
import type { AnyValue } from '../../apps/workbench/src/model/span.ts'
import { answerQuestion, type Question } from '../../apps/workbench/src/query/questions.ts'
import { openForReading } from '../../apps/workbench/src/store/sqlite/open-database.ts'
import { SqliteReader } from '../../apps/workbench/src/store/sqlite/sqlite-reader.ts'
import { SqliteStore } from '../../apps/workbench/src/store/sqlite/sqlite-store.ts'
import { batchSpans, makeBody } from './load.ts'
import { machine } from './machine.ts'

// node --conditions=@linked-traces/source src/queries.ts [spans[,more spans…]]
// Fills a database on disk and tells, at each size on the way, warm medians of questions up to the JSON text, as the reading thread makes
// it. The last column is the growth from the first size to the last.

const sizes = (process.argv[2] ?? '100000,500000,1000000,5000000').split(',').map(Number)
if (sizes.some((size, index) => !(size > (sizes[index - 1] ?? 0))))
  throw new Error('Usage: queries.ts [numbers of spans, ascending, separated by commas]')
/** Exports that share a transaction, as they do under load. */
const grouped = 4
const rounds = 15
const warmUps = 2
const spreadMillis = 55 * 60_000

const folder = mkdtempSync(join(tmpdir(), 'linked-traces-queries-'))
const monotonicClock = (): number => performance.now()
const store = new SqliteStore({
  location: folder,
  bounds: { spans: 1e9, bytes: 1e12, ageMillis: 1e12 },
  wallClock: Date.now,
  monotonicClock,
})
const reader = new SqliteReader(openForReading(folder), monotonicClock)
const rows = new DatabaseSync(join(folder, 'telemetry.db'), { readOnly: true })
const from = Date.now() - spreadMillis

/** Stores exports whose spans start within the last hour until there are `size` spans. */
async function fill(stored: number, size: number): Promise<number> {
  let spans = stored
  while (spans < size) {
    const exports = Array.from({ length: grouped }, (_, index) => {
      const share = (spans - stored + index * batchSpans) / (size - stored)
      const nanos = BigInt(Math.round(from + Math.min(share, 1) * spreadMillis)) * 1_000_000n
      const body = makeBody('protobuf', nanos)
      return { signal: 'traces', encoding: 'protobuf', contentEncoding: 'gzip', body } as const
    })
    const { written, failure } = await ingestExports(store, exports)
    if (!written) throw failure ?? new Error('Nothing was stored.')
    spans += written.spanCount
  }
  return spans
}

const page = { after: undefined, limit: 50 }
const where = (key: string, text: string) => {
  const values: AnyValue[] = [{ type: 'string', value: text }]
  return { attributes: [{ keys: [key], values }] }
}

/** What is asked in each round, by the name it is told under. */
function questions(): Readonly<Record<string, (round: number) => readonly Question[]>> {
  const newestMinute = rows.prepare('SELECT max(minute) AS minute FROM rollup').get()?.minute as number
  const hour = { fromMinute: newestMinute - 59, toMinute: newestMinute + 1 }
  const traceIds = rows
    .prepare(
      'SELECT trace_id FROM trace WHERE span_count > 0 AND id % (SELECT max(id) / 100 + 1 FROM trace) = 0',
    )
    .all()
    .map(({ trace_id }) => Buffer.from(trace_id as Uint8Array).toString('hex'))
  const traceId = (round: number): string => traceIds[round % traceIds.length] as string
  return {
    trace: (round) => [{ about: 'trace', traceId: traceId(round) }],
    'link set of at most 50 traces': (round) => [
      { about: 'link-set', traceId: traceId(round), maxTraces: 50, maxHops: 5 },
    ],
    'traces: nothing asked': () => [{ about: 'traces', filter: {}, ...page }],
    'traces: service and error': () => [
      { about: 'traces', filter: { service: 'payments', status: 2 }, ...page },
    ],
    'traces: longer than 1.9 s, has a link': () => [
      { about: 'traces', filter: { minDuration: 1_900_000_000n, hasLink: true }, ...page },
    ],
    'traces: attribute in 1 of 100,000 spans': (round) => [
      { about: 'traces', filter: where('app.user.id', `u-${round * 977}`), ...page },
    ],
    'traces: attribute that is nowhere': (round) => [
      { about: 'traces', filter: where('app.user.id', `nobody-${round}`), ...page },
    ],
    'traces: text in 1 of 100 spans': () => [{ about: 'traces', filter: { text: 'timed out' }, ...page }],
    'traces: text in a name': () => [{ about: 'traces', filter: { text: 'cart' }, ...page }],
    'traces: text in 1 of 100,000 spans': (round) => [
      { about: 'traces', filter: { text: `u-${10_000 + round * 977}` }, ...page },
    ],
    'stream: newest rows of a service': () => [{ about: 'stream', filter: { service: 'mail' }, ...page }],
    'dashboard of the last hour': () => [
      { about: 'services', filter: hour },
      { about: 'operations', filter: hour, limit: 100 },
      { about: 'time-series', filter: hour, buckets: 60 },
      { about: 'errors', filter: hour, limit: 10 },
    ],
  }
}

/** Median milliseconds of the rounds after the first ones. */
async function measure(ask: (round: number) => readonly Question[]): Promise<number> {
  const times: number[] = []
  for (let round = 0; round < warmUps + rounds; round++) {
    const asked = ask(round)
    const start = performance.now()
    for (const question of asked) JSON.stringify(await answerQuestion(reader, question))
    if (round >= warmUps) times.push(performance.now() - start)
  }
  return times.sort((a, b) => a - b)[Math.floor(rounds / 2)] as number
}

try {
  const medians = new Map<string, number[]>()
  let spans = 0
  for (const size of sizes) {
    const filledFrom = performance.now()
    spans = await fill(spans, size)
    console.error(`${spans} spans after ${Math.round((performance.now() - filledFrom) / 1_000)} s more`)
    for (const [name, ask] of Object.entries(questions()))
      medians.set(name, [...(medians.get(name) ?? []), await measure(ask)])
  }
  const { byteCount } = await store.status()
  const line = (cells: readonly string[]): string =>
    cells.map((cell, index) => (index === 0 ? cell.padEnd(42) : cell.padStart(11))).join('')
  console.log(
    `${machine()}; medians of ${rounds} in ms, ${Math.round(byteCount / spans)} bytes a span on disk`,
  )
  console.log(line(['spans', ...sizes.map((size) => size.toLocaleString('en')), 'growth']))
  for (const [name, all] of medians) {
    const growth = (all.at(-1) ?? 0) / (all[0] ?? 1)
    console.log(line([name, ...all.map((millis) => millis.toFixed(1)), `× ${growth.toFixed(1)}`]))
  }
} finally {
  await store.close()
  rmSync(folder, { recursive: true })
}
