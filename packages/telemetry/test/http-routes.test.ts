import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, it } from 'vitest'
import { mended, requests } from './http-fixtures/routed-requests.ts'

const run = promisify(execFile)
const fixture = fileURLToPath(new URL('http-fixtures/tells-its-routes.ts', import.meta.url))

interface ToldSpan {
  readonly name: string
  readonly route?: string
}

type Told = Record<string, { readonly answer: string; readonly spans: readonly ToldSpan[] }>

async function tell(serverSpans: 'fast' | 'stock', express: string, spans: string): Promise<Told> {
  const args = ['--conditions=@linked-traces/source', fixture, serverSpans, express, spans]
  const { stdout } = await run(process.execPath, args, { timeout: 50_000 })
  return JSON.parse(stdout)
}

describe.each(['express', 'express-4'])('fast and stock routes of %s', (express) => {
  let fast: Told
  let stock: Told

  beforeAll(async () => {
    fast = await tell('fast', express, 'no spans')
    stock = await tell('stock', express, 'no spans')
  }, 120_000)

  it.each(requests)('are the same for %s', (asked) => {
    expect(stock[asked]?.spans).toHaveLength(1)
    expect(fast[asked]).toEqual(stock[asked])
  })

  it('are patterns, not what was asked for', () => {
    expect(fast['/api/deep/a/leaf/b']?.spans).toMatchObject([
      { name: 'GET /api/deep/:branch/leaf/:leaf', route: '/api/deep/:branch/leaf/:leaf' },
    ])
  })

  it.each(Object.entries(mended))('are mended for %s', (asked, route) => {
    expect(fast[asked]?.spans).toMatchObject([{ name: `GET ${route}`, route }])
    expect(stock[asked]?.spans).not.toMatchObject([{ route }])
  })
})

describe.each(['express', 'express-4'])('fast and stock spans of the handlers of %s', (express) => {
  let fast: Told
  let stock: Told

  beforeAll(async () => {
    fast = await tell('fast', express, 'spans')
    stock = await tell('stock', express, 'spans')
  }, 120_000)

  /** The stock instrumentation cannot tell the path of a layer of Express 5. */
  const named = ({ name, ...span }: ToldSpan) => ({
    ...span,
    name: name.startsWith('request handler') ? 'request handler' : name,
  })
  const sorted = (spans: readonly ToldSpan[] = []) =>
    spans.map(named).toSorted((one, other) => one.name.localeCompare(other.name))

  it.each(requests)('are the same for %s', (asked) => {
    expect(fast[asked]?.answer).toBe(stock[asked]?.answer)
    // In no order: the stock instrumentation ends a handler's span after its parent.
    expect(sorted(fast[asked]?.spans)).toEqual(sorted(stock[asked]?.spans))
  })

  it('end before the span that they are below', () => {
    expect(fast['/users/7']?.spans.map(({ name }) => name)).toEqual([
      'request handler - /users/:id',
      'GET /users/:id',
    ])
  })

  it('are named after their route', () => {
    expect(fast['/users/7']?.spans.map(({ name }) => name).toSorted()).toEqual([
      'GET /users/:id',
      'request handler - /users/:id',
    ])
  })
})
