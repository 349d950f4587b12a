import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { answerQuestion, type Question } from '../../apps/workbench/src/query/questions.ts'
import { openForReading } from '../../apps/workbench/src/store/sqlite/open-database.ts'
import { SqliteReader } from '../../apps/workbench/src/store/sqlite/sqlite-reader.ts'
import type { AnyValue, KeyValue } from '../../apps/workbench/src/model/span.ts'

// node --conditions=@linked-traces/source src/queries.ts <data folder>
// Asks a database that ingest.ts filled, and tells warm medians up to the JSON text, as the reading thread makes it.

const folder = process.argv[2]
if (folder === undefined) throw new Error('Usage: queries.ts <data folder that ingest.ts filled>')
const rounds = 15

const database = openForReading(folder)
const reader = new SqliteReader(database, () => performance.now())
const rows = new DatabaseSync(join(folder, 'telemetry.db'), { readOnly: true })
const { spanCount } = await reader.status()

const newestMinute = rows.prepare('SELECT max(minute) AS minute FROM rollup').get()?.minute as number
const hour = { fromMinute: newestMinute - 59, toMinute: newestMinute + 1 }
const traceIds = rows
  .prepare(
    'SELECT trace_id FROM trace WHERE span_count > 0 AND id % (SELECT max(id) / 200 + 1 FROM trace) = 0',
  )
  .all()
  .map(({ trace_id }) => Buffer.from(trace_id as Uint8Array).toString('hex'))
const text = (key: string, value: string): KeyValue => ({ key, value: { type: 'string', value } })
const attribute = ({ key, value }: KeyValue): { keys: string[]; values: AnyValue[] } => ({
  keys: [key],
  values: [value],
})
const page = { after: undefined, limit: 50 }

async function measure(name: string, questions: (round: number) => readonly Question[]): Promise<void> {
  const times: number[] = []
  let bytes = 0
  for (let round = -2; round < rounds; round++) {
    const asked = questions(round + 2)
    const start = performance.now()
    for (const question of asked) bytes = JSON.stringify(await answerQuestion(reader, question))?.length ?? 0
    if (round >= 0) times.push(performance.now() - start)
  }
  times.sort((a, b) => a - b)
  const told = (fraction: number): string => (times[Math.floor(times.length * fraction)] ?? 0).toFixed(1)
  console.log(`${name.padEnd(52)} median ${told(0.5)} ms, worst ${told(0.999)} ms, ${bytes} bytes`)
}

console.log(`${spanCount} spans`)
await measure('trace', (round) => [{ about: 'trace', traceId: traceIds[round] as string }])
await measure('link set, at most 50 traces', (round) => [
  { about: 'link-set', traceId: traceIds[round] as string, maxTraces: 50, maxHops: 5 },
])
await measure('search: nothing asked', () => [{ about: 'traces', filter: {}, ...page }])
await measure('search: service and error', () => [
  { about: 'traces', filter: { service: 'payments', status: 2 }, ...page },
])
await measure('search: attribute in 1 of 100,000 spans', (round) => [
  { about: 'traces', filter: { attributes: [attribute(text('app.user.id', `u-${round * 977}`))] }, ...page },
])
await measure('search: attribute that is nowhere', () => [
  { about: 'traces', filter: { attributes: [attribute(text('app.user.id', 'nobody'))] }, ...page },
])
await measure('search: longer than 1.9 s, has a link', () => [
  { about: 'traces', filter: { minDuration: 1_900_000_000n, hasLink: true }, ...page },
])
await measure('stream: newest rows of a service', () => [
  { about: 'stream', filter: { service: 'mail' }, ...page },
])
await measure('dashboard of the last hour', () => [
  { about: 'services', filter: hour },
  { about: 'operations', filter: hour, limit: 100 },
  { about: 'time-series', filter: hour, buckets: 60 },
  { about: 'errors', filter: hour, limit: 10 },
])
