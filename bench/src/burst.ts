import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { cpus } from 'node:os'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

// node --conditions=@linked-traces/source src/burst.ts [rounds] [spans]
// Ends 100,000 spans in one tick, and looks at the turns of the event loop after it. Beside the defaults: a queue with room for all
// of them, and, as what is not delivery's doing, the same burst with export turned off. Rounds alternate; medians are shown.

const rounds = Number(process.argv[2] ?? 7)
const spans = Number(process.argv[3] ?? 100_000)
if (!(rounds >= 1 && rounds <= 100 && spans >= 1 && spans <= 1_000_000)) {
  throw new Error('Usage: burst.ts [rounds, 1 to 100] [spans, up to 1000000]')
}

const fixture = fileURLToPath(
  new URL('../../packages/telemetry/test/fixtures/makes-a-burst.ts', import.meta.url),
)
const server = createServer((request, response) => {
  const answer = () => response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
  request.resume().once('end', answer)
})
await once(server.listen(0, '127.0.0.1'), 'listening')
const { port } = server.address() as AddressInfo
const exporting = { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`, OTEL_LOG_LEVEL: 'none' }

const variants: Readonly<Record<string, NodeJS.ProcessEnv>> = {
  'export off': { OTEL_TRACES_EXPORTER: 'none' },
  defaults: exporting,
  'room for all': {
    ...exporting,
    OTEL_BSP_MAX_QUEUE_SIZE: String(spans),
    LINKED_TRACES_QUEUE_BYTES: String(spans * 4096),
  },
}

type Figures = Readonly<Record<string, number>> & { readonly account: object }

async function run(env: NodeJS.ProcessEnv): Promise<Figures> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--expose-gc', '--conditions=@linked-traces/source', fixture, String(spans)],
    { env: { PATH: process.env.PATH, ...env } },
  )
  return JSON.parse(stdout)
}

const results = Object.keys(variants).map((name) => ({ name, runs: [] as Figures[] }))
for (let round = 0; round < rounds; round++) {
  for (const { name, runs } of results) runs.push(await run(variants[name] ?? {}))
}
server.close()

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
}

console.log(
  `${cpus().length} × ${cpus()[0]?.model}, Node ${process.version}, ${spans} spans, ${rounds} rounds; medians, in milliseconds`,
)
const figures = Object.keys(results[0]?.runs[0] ?? {}).filter((name) => name !== 'account')
console.table(
  Object.fromEntries(
    figures.map((figure) => [
      figure,
      Object.fromEntries(
        results.map(({ name, runs }) => [
          name,
          Number(median(runs.map((each) => each[figure] ?? 0)).toFixed(1)),
        ]),
      ),
    ]),
  ),
)
for (const { name, runs } of results) console.log(name, runs.at(-1)?.account)
