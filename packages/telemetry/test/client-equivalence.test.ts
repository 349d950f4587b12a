import { execFile } from 'node:child_process'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, it } from 'vitest'
import { clientExchanges } from './http-fixtures/client-exchanges.ts'

const run = promisify(execFile)
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** What was told of an exchange. */
interface Told {
  readonly spans: readonly {
    readonly scope: string
    readonly attributes: readonly (readonly [string, unknown])[]
  }[]
  readonly metrics?: unknown
  readonly received: readonly { readonly headers: readonly (readonly [string, string])[] }[]
  readonly outcome: unknown
  readonly uncaught: readonly string[]
}

/** The executables of the Node releases that services run on: with undici 8, 7 and 6 in them. */
const olderNode = createRequire(here('node-versions/package.json'))
const NODES = [
  ['Node 26', process.execPath],
  ['Node 24', olderNode.resolve('node-24/bin/node')],
  ['Node 22.19', olderNode.resolve('node-22/bin/node')],
] as const

/** What a client told of every exchange. */
async function tell(
  node: string,
  clientSpans: 'fast' | 'stock',
  metrics: 'metrics' | 'no metrics',
): Promise<Record<string, Told>> {
  const fixture = here('http-fixtures/tells-its-client-spans.ts')
  const args = ['--no-warnings', '--conditions=@linked-traces/source', fixture, clientSpans, metrics]
  const { stdout } = await run(node, args, { timeout: 110_000, maxBuffer: 64 * 1024 * 1024 })
  return JSON.parse(stdout)
}

const withoutScope = ({ spans, ...others }: Told) => ({
  ...others,
  spans: spans.map(({ scope: _scope, ...span }) => span),
})

/** What the stock instrumentation tells, with the two things put right that it gets wrong in these exchanges. */
function mended(told: Told): Told {
  const text = JSON.stringify(told)
    // The code of a DOMException is a number: `error.type` of a span, and of the metric, is text.
    .replaceAll('["error.type",23]', '["error.type","TimeoutError"]')
    .replaceAll('"error.type":23', '"error.type":"TimeoutError"')
    // Values that give access to something are not to be told.
    .replaceAll(/(\["url\.(?:full|query)","[^"]*\?sig=)secret(&Signature=)secret/g, '$1REDACTED$2REDACTED')
  return JSON.parse(text)
}

describe.each(NODES)('fast and stock CLIENT spans of undici on %s', (_name, node) => {
  let fast: Record<string, Told>
  let stock: Record<string, Told>
  let fastAlone: Record<string, Told>

  beforeAll(async () => {
    // They wait for most of their time.
    ;[fast, stock, fastAlone] = await Promise.all([
      tell(node, 'fast', 'metrics'),
      tell(node, 'stock', 'metrics'),
      tell(node, 'fast', 'no metrics'),
    ])
  }, 120_000)

  it('come from what they are said to come from, and from Node’s own fetch', () => {
    const name = 'fetch: the method GET'
    expect(fast[name]?.spans[0]?.scope).toBe('@linked-traces/telemetry/undici')
    expect(stock[name]?.spans[0]?.scope).toBe('@opentelemetry/instrumentation-undici')
    expect(fast[name]?.received[0]?.headers).toContainEqual(['user-agent', 'node'])
    expect(fast[name]?.metrics).toHaveLength(1)
  })

  it.each(Object.keys(clientExchanges))('are the same for %s', (name) => {
    const told = stock[name] as Told
    expect(told).toBeDefined()
    expect(withoutScope(fast[name] as Told)).toEqual(withoutScope(mended(told)))
  })

  it('differ in the error.type of a timeout, which is text', () => {
    const name = 'fetch: a timeout before an answer'
    expect(stock[name]?.spans[0]?.attributes).toContainEqual(['error.type', 23])
    expect(fast[name]?.spans[0]?.attributes).toContainEqual(['error.type', 'TimeoutError'])
  })

  it('differ in what a query tells that gives access to something', () => {
    const name = 'fetch: the target /a?sig=secret&Signature=secret'
    expect(JSON.stringify(stock[name]?.spans[0]?.attributes)).toContain('secret')
    expect(JSON.stringify(fast[name]?.spans[0]?.attributes)).not.toContain('secret')
  })

  it('are the same where nobody collects metrics', () => {
    const spansOf = (all: Record<string, Told>) =>
      Object.fromEntries(Object.entries(all).map(([name, { spans }]) => [name, spans]))
    expect(fastAlone['fetch: the method GET']).not.toHaveProperty('metrics')
    expect(spansOf(fastAlone)).toEqual(spansOf(fast))
  })
})
