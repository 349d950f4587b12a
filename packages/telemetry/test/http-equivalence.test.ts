import { execFile } from 'node:child_process'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, it } from 'vitest'
import { exchanges } from './http-fixtures/exchanges.ts'

const run = promisify(execFile)
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

type Told = Record<string, { readonly spans: readonly Record<string, unknown>[]; readonly seen: string[] }>

/** The executables of the Node releases that services run on. */
const olderNode = createRequire(here('node-versions/package.json'))
const NODES = [
  ['Node 26', process.execPath],
  ['Node 24', olderNode.resolve('node-24/bin/node')],
  ['Node 22.19', olderNode.resolve('node-22/bin/node')],
] as const

/** What a server told of every exchange. */
async function tell(node: string, serverSpans: 'fast' | 'stock'): Promise<Told> {
  const fixture = here('http-fixtures/tells-its-server-spans.ts')
  const args = ['--conditions=@linked-traces/source', fixture, serverSpans]
  const { stdout } = await run(node, args, { timeout: 110_000, maxBuffer: 64 * 1024 * 1024 })
  return JSON.parse(stdout)
}

describe.each(NODES)('fast and stock SERVER spans on %s', (_name, node) => {
  let fast: Told
  let stock: Told

  beforeAll(async () => {
    fast = await tell(node, 'fast')
    stock = await tell(node, 'stock')
  }, 240_000)

  it('come from what they are said to come from', () => {
    expect(fast.https?.spans[0]?.scope).toBe('@linked-traces/telemetry/http')
    expect(stock.https?.spans[0]?.scope).toBe('@opentelemetry/instrumentation-http')
  })

  it.each(Object.keys(exchanges))('are the same for %s', (name) => {
    const withoutScope = ({ spans, ...others } = { spans: [], seen: [] } as Told[string]) => ({
      ...others,
      spans: spans.map(({ scope: _scope, ...span }) => span),
    })
    expect(stock[name]).toBeDefined()
    expect(withoutScope(fast[name])).toEqual(withoutScope(stock[name]))
  })
})
