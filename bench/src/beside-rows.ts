import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ingestExports, type SpanSink } from '../../apps/workbench/src/ingest/ingest-exports.ts'
import { answerQuestion, type Question } from '../../apps/workbench/src/query/questions.ts'
import { SqliteStore } from '../../apps/workbench/src/store/sqlite/sqlite-store.ts'
import { batchSpans, makeBody } from './load.ts'
import { machine } from './machine.ts'
import { RowStore } from './row-store.ts'

// node --conditions=@linked-traces/source src/beside-rows.ts [spans]
// Gives the workbench's store and one with a row for each span the same exports in turn, then asks both the same questions in turn, and
// tells their processor time, which other work on the machine disturbs less than the clock's, and the ratios.

const wanted = Number(process.argv[2] ?? 300_000)
/** Exports that share a transaction, as they do under load, and transactions of a round. */
const grouped = 4
const transactions = 6
const askedRounds = 11
const warmUps = 2
const spreadMillis = 55 * 60_000

const folder = mkdtempSync(join(tmpdir(), 'linked-traces-rows-'))
const store = new SqliteStore({
  location: folder,
  bounds: { spans: 1e9, bytes: 1e12, ageMillis: 1e12 },
  wallClock: Date.now,
  monotonicClock: () => performance.now(),
})
const rows = new RowStore(folder)
const nothing = { spanCount: 0, duplicateCount: 0, traces: [], traceCount: 0 }
/** Keeps nothing: what decompressing and decoding cost, which is the same for both stores. */
const decoding: SpanSink = {
  async write(exports) {
    for (const _groups of exports);
    return nothing
  },
  async count() {},
}

/** Microseconds of processor time, all threads of this process. */
async function processorMicros(work: () => unknown): Promise<number> {
  const before = process.cpuUsage()
  await work()
  const { user, system } = process.cpuUsage(before)
  return user + system
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length
const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN

/** Processor time of each piece of work in the rounds after the first ones; in turn, and each time in another order. */
async function inTurn(
  rounds: number,
  skipped: number,
  works: (round: number) => readonly (() => unknown)[],
): Promise<number[][]> {
  const times: number[][] = []
  for (let round = 0; round < rounds + skipped; round++) {
    const todo = works(round)
    for (let turn = 0; turn < todo.length; turn++) {
      const index = (turn + round) % todo.length
      const micros = await processorMicros(() => todo[index]?.())
      if (round >= skipped) times[index] = [...(times[index] ?? []), micros]
    }
  }
  return times
}

const roundSpans = batchSpans * grouped * transactions
const rounds = Math.ceil(wanted / roundSpans)
const spans = rounds * roundSpans
const from = Date.now() - spreadMillis

/** One round's exports, each four to a transaction; their spans start within the last hour, later in later rounds. */
function exportsOf(round: number) {
  return Array.from({ length: transactions }, (_, transaction) =>
    Array.from({ length: grouped }, (_, index) => {
      const share = (round * transactions * grouped + transaction * grouped + index) / (spans / batchSpans)
      const body = makeBody('protobuf', BigInt(Math.round(from + share * spreadMillis)) * 1_000_000n)
      return { signal: 'traces', encoding: 'protobuf', contentEncoding: 'gzip', body } as const
    }),
  )
}

async function ingestAll(sink: SpanSink, round: ReturnType<typeof exportsOf>): Promise<void> {
  for (const exports of round) {
    const { failure } = await ingestExports(sink, exports)
    if (failure) throw failure
  }
}

const ask = (question: Question) => async () => JSON.stringify(await answerQuestion(store, question))
const page = { after: undefined, limit: 50 }
const user = (value: string): Question => ({
  about: 'traces',
  filter: { attributes: [{ keys: ['app.user.id'], values: [{ type: 'string', value }] }] },
  ...page,
})
const byUser = `json_extract(attributes, '$."app.user.id"') = ?`

/** The same question to both stores, by the name it is told under. */
function questions(traceIds: readonly string[]) {
  const idOf = (round: number): string => traceIds[round % traceIds.length] ?? ''
  const newestMinute = Math.floor(Date.now() / 60_000)
  const hour = { fromMinute: newestMinute - 59, toMinute: newestMinute + 1 }
  const dashboard: readonly Question[] = [
    { about: 'services', filter: hour },
    { about: 'operations', filter: hour, limit: 100 },
    { about: 'time-series', filter: hour, buckets: 60 },
    { about: 'errors', filter: hour, limit: 10 },
  ]
  return {
    'trace with its links both ways': (round: number) => [
      ask({ about: 'trace', traceId: idOf(round) }),
      () => JSON.stringify(rows.trace(idOf(round))),
    ],
    'link set of at most 50 traces': (round: number) => [
      ask({ about: 'link-set', traceId: idOf(round), maxTraces: 50, maxHops: 5 }),
      () => JSON.stringify(rows.linkSet(idOf(round), 50, 5)),
    ],
    'traces: service and error': () => [
      ask({ about: 'traces', filter: { service: 'payments', status: 2 }, ...page }),
      () => JSON.stringify(rows.traces('service = ? AND status = 2', ['payments'], 50)),
    ],
    'traces: attribute in 1 of 100,000 spans': (round: number) => [
      ask(user(`u-${round * 977}`)),
      () => JSON.stringify(rows.traces(byUser, [`u-${round * 977}`], 50)),
    ],
    'traces: attribute that is nowhere': (round: number) => [
      ask(user(`nobody-${round}`)),
      () => JSON.stringify(rows.traces(byUser, [`nobody-${round}`], 50)),
    ],
    'newest rows of a service': () => [
      ask({ about: 'stream', filter: { service: 'mail' }, ...page }),
      () => JSON.stringify(rows.stream('mail', 50)),
    ],
    'dashboard of the last hour': () => [
      async () => {
        for (const question of dashboard) await ask(question)()
      },
      () => JSON.stringify(rows.dashboard(BigInt(hour.fromMinute) * 60_000_000_000n)),
    ],
  }
}

const line = (name: string, cells: readonly string[]): void =>
  console.log(name.padEnd(42) + cells.map((cell) => cell.padStart(12)).join(''))

try {
  // Makes the bodies of a round before its time is taken.
  const times = await inTurn(rounds - 1, 1, (round) => {
    const exports = exportsOf(round)
    return [
      () => ingestAll(store, exports),
      () => ingestAll(rows, exports),
      () => ingestAll(decoding, exports),
    ]
  })
  // No medians: checkpoints, which belong to what storing costs, fall into some of the rounds only.
  const [ours = 0, theirs = 0, decoded = 0] = times.map((micros) => mean(micros) / roundSpans)
  const { byteCount } = await store.status()
  const times2 = (a: number, b: number): string => `× ${(b / a).toFixed(b / a < 10 ? 1 : 0)}`
  console.log(`${machine()}; ${spans} spans in exports of ${batchSpans}, gzip protobuf`)
  console.log(
    'Processor time: averages of what is stored, medians of what is asked. The ratio is that of rows to the workbench.',
  )
  line('', ['workbench', 'rows', 'ratio'])
  const told = (a: number, b: number, unit: string): string[] => [
    `${a.toFixed(1)} ${unit}`,
    `${b.toFixed(1)} ${unit}`,
    times2(a, b),
  ]
  line('a span received, decoded and stored', told(ours, theirs, 'µs'))
  line('of that, stored', told(ours - decoded, theirs - decoded, 'µs'))
  line('on disk, a span', told(byteCount / spans, rows.byteCount() / spans, 'B'))
  const found = await store.searchTraces({}, undefined, { limit: 500, budgetMillis: 10_000 })
  const traceIds = found.traces.map(({ traceId }) => traceId)
  for (const [name, works] of Object.entries(questions(traceIds))) {
    const [mine = 0, plain = 0] = (await inTurn(askedRounds, warmUps, works)).map(median)
    line(name, told(mine / 1_000, plain / 1_000, 'ms'))
  }
} finally {
  rows.close()
  await store.close()
  rmSync(folder, { recursive: true })
}
