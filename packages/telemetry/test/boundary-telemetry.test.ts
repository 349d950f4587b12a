import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'

const run = promisify(execFile)
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** The CLIENT and the SERVER span of an application that calls itself once under `startTelemetry`. */
async function callUnder(app: string, env: NodeJS.ProcessEnv) {
  const { stdout, stderr } = await run(
    process.execPath,
    [
      '--conditions=@linked-traces/source',
      '--import',
      here('boundary-fixtures/starts-telemetry.ts'),
      here(`boundary-fixtures/${app}`),
    ],
    { timeout: 25_000, env: { ...process.env, ...env } },
  )
  expect(stderr).toBe('')
  const spans: Record<string, unknown>[] = JSON.parse(stdout)
  expect(spans.map(({ kind, name }) => `${kind} ${name}`).toSorted()).toEqual([
    'CLIENT GET',
    'SERVER GET /items/:id',
  ])
  return {
    client: spans.find(({ kind }) => kind === 'CLIENT') ?? {},
    server: spans.find(({ kind }) => kind === 'SERVER') ?? {},
  }
}

describe.each(['imports-express-then-http.mjs', 'requires-express.cjs'])(
  'startTelemetry before an application that %s',
  (app) => {
    it('makes a new root for a request, and links it both ways', async () => {
      const { client, server } = await callUnder(app, { LINKED_TRACES_INBOUND: 'GET /items/*=link' })
      expect(server).not.toHaveProperty('parentSpanId')
      expect(server.traceId).not.toBe(client.traceId)
      const ids = ({ traceId, spanId }: Record<string, unknown>) => ({ traceId, spanId, isRemote: true })
      expect(server.links).toEqual([{ ...ids(client), relation: 'caller' }])
      expect(client.links).toEqual([{ ...ids(server), relation: 'callee' }])
    })

    it('links one way only from an untrusted caller', async () => {
      const { client, server } = await callUnder(app, { LINKED_TRACES_INBOUND: '/*=link:untrusted' })
      expect(server.links).toMatchObject([
        { traceId: client.traceId, spanId: client.spanId, relation: 'caller' },
      ])
      expect(client.links).toEqual([])
    })

    it('continues the trace of its caller otherwise', async () => {
      const { client, server } = await callUnder(app, {})
      expect(server).toMatchObject({ traceId: client.traceId, parentSpanId: client.spanId, links: [] })
    })
  },
)
