import { once } from 'node:events'
import type { IncomingHttpHeaders } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { startTestReceiver } from '@linked-traces/otlp-receiver/testing'
import { describe, expect, it } from 'vitest'
import { RandomIdGenerator } from '../src/lib/sampling/random-id-generator.ts'
import { here, REGISTER, runNode, SOURCE } from './run-node.ts'
import { seededBytes } from './seeded-bytes.ts'

const PAIRS = 200

const ids = new RandomIdGenerator(seededBytes(7))

interface Sent {
  readonly path: string
  /** Without: no caller. */
  readonly flags?: '00' | '01' | '02' | '03'
  readonly tracestate?: string
}

/** What came of a request that a service handled. */
interface Handled extends Sent {
  /** The trace id and `traceparent` flags that its request to another service came with. */
  readonly traceId: string
  readonly onward: string
  readonly tracestateOnward: string | undefined
  readonly callerTraceId: string
}

/** A service that sends a request on to `next` for each that it handles. */
async function serve(next: string, env: NodeJS.ProcessEnv, flags: readonly string[] = REGISTER) {
  const service = runNode('serves-and-calls-another.ts', {
    args: [next],
    flags,
    env: { LINKED_TRACES_INBOUND: '/linked/*=link,/public/*=link:untrusted', ...env },
  })
  await service.says(' .')
  return {
    url: `http://127.0.0.1:${/listening on (\d+)/.exec(service.stdout())?.[1]}`,
    async end() {
      service.kill('SIGTERM')
      expect(await service.ended).toMatchObject({ code: 0, stderr: '' })
    },
    async [Symbol.asyncDispose]() {
      service.kill('SIGKILL')
      await service.ended
    },
  }
}

/** The last in line: it keeps the headers of requests, by their path. */
async function listen() {
  const headers = new Map<string, IncomingHttpHeaders>()
  const server = createServer((request, response) => {
    headers.set(request.url ?? '', request.headers)
    response.end('done')
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    headers,
    async [Symbol.asyncDispose]() {
      server.close()
      server.closeAllConnections()
    },
  }
}

/** Sends requests to a service with this environment; what came of them, and what it exported. */
async function handle(env: NodeJS.ProcessEnv, requests: readonly Sent[], flags?: readonly string[]) {
  await using backend = await startTestReceiver()
  await using next = await listen()
  await using service = await serve(next.url, { WORKBENCH_URL: backend.url, ...env }, flags)
  const handled = await Promise.all(
    requests.map(async (sent, index): Promise<Handled> => {
      const path = `${sent.path}/${index}`
      const callerTraceId = ids.generateTraceId()
      const headers: Record<string, string> = {}
      if (sent.flags) headers.traceparent = `00-${callerTraceId}-${ids.generateSpanId()}-${sent.flags}`
      if (sent.tracestate) headers.tracestate = sent.tracestate
      expect(await (await fetch(`${service.url}${path}`, { headers })).text()).toBe('done')
      const { traceparent, tracestate } = next.headers.get(path) ?? {}
      const [, traceId = '', , onward = ''] = String(traceparent).split('-')
      return { ...sent, traceId, onward, tracestateOnward: tracestate?.toString(), callerTraceId }
    }),
  )
  await service.end()
  return { handled, spans: backend.spans() }
}

const low = (traceId: string) => traceId.slice(-14)

describe('a service with OTEL_TRACES_SAMPLER=linked_probability', () => {
  it.each(['stock', 'fast'])(
    'keeps, of requests that it links to, those whose callers are kept at its ratio, and says so on the wire, with %s SERVER spans',
    async (spansBy) => {
      const explicit = () => `ot=rv:${low(ids.generateTraceId())},vendor=1`
      const { handled, spans } = await handle(
        {
          LINKED_TRACES_SERVER_SPANS: spansBy,
          OTEL_TRACES_SAMPLER: 'linked_probability',
          OTEL_TRACES_SAMPLER_ARG: '0.25',
        },
        Array.from({ length: PAIRS }, (_, index): Sent => {
          const sent = { path: '/linked', flags: index % 2 === 0 ? '03' : '02' } as const
          return index % 3 === 0 ? { ...sent, tracestate: explicit() } : sent
        }),
      )
      let kept = 0
      for (const { tracestate, callerTraceId, traceId, onward, tracestateOnward } of handled) {
        const randomness = tracestate?.slice('ot=rv:'.length, 'ot=rv:'.length + 14) ?? low(callerTraceId)
        const isKept = Number.parseInt(randomness, 16) >= 0.75 * 2 ** 56
        expect(traceId).not.toBe(callerTraceId)
        expect({ onward, tracestateOnward }).toEqual({
          onward: isKept ? '03' : '02',
          tracestateOnward: isKept ? `ot=th:c;rv:${randomness}` : `ot=rv:${randomness}`,
        })
        const exported = spans.filter((span) => span.traceId === traceId)
        expect(exported).toHaveLength(isKept ? 2 : 0)
        for (const span of exported) {
          expect(span).toMatchObject({ traceState: `ot=th:c;rv:${randomness}` })
          expect(span.flags & 0xff).toBe(3)
        }
        if (isKept) kept += 1
      }
      // Seeded: neither all nor none.
      expect(kept).toBeGreaterThan(PAIRS / 8)
      expect(kept).toBeLessThan((PAIRS * 3) / 8)
    },
  )

  it('keeps others by their own randomness: untrusted callers have no say, and traces that go on their own way', async () => {
    const sent = ['01', '02', '03'] as const
    const { handled } = await handle(
      { OTEL_TRACES_SAMPLER: 'linked_probability', OTEL_TRACES_SAMPLER_ARG: '0.5' },
      Array.from({ length: 20 }, () => [
        { path: '/none' },
        ...sent.flatMap((flags) => [
          { path: '/public', flags, tracestate: 'ot=rv:00000000000000' },
          { path: '/continued', flags, tracestate: 'ot=rv:ffffffffffffff;th:8;p:8,vendor=1' },
        ]),
      ]).flat(),
    )
    for (const { path, flags = '', traceId, callerTraceId, onward, tracestateOnward } of handled) {
      if (path === '/continued') {
        expect({ traceId, onward }).toEqual({ traceId: callerTraceId, onward: flags })
        expect(tracestateOnward).toBe(
          flags === '02' ? 'ot=rv:ffffffffffffff;p:8,vendor=1' : 'ot=rv:ffffffffffffff;th:8;p:8,vendor=1',
        )
      } else {
        const isKept = low(traceId) >= '8'
        expect({ path, onward, tracestateOnward }).toEqual({
          path,
          onward: isKept ? '03' : '02',
          tracestateOnward: isKept ? 'ot=th:8' : undefined,
        })
      }
    }
  })
})

describe('two services with OTEL_TRACES_SAMPLER=linked_probability, one of which calls the other', () => {
  /** Trace ids of the first that were exported, and those that exported traces of the second link to. */
  async function exported(first: string, second: string) {
    const env = { OTEL_TRACES_SAMPLER: 'linked_probability' }
    await using ofFirst = await startTestReceiver()
    await using ofSecond = await startTestReceiver()
    await using next = await listen()
    await using callee = await serve(next.url, {
      ...env,
      OTEL_TRACES_SAMPLER_ARG: second,
      WORKBENCH_URL: ofSecond.url,
    })
    await using caller = await serve(callee.url, {
      ...env,
      OTEL_TRACES_SAMPLER_ARG: first,
      WORKBENCH_URL: ofFirst.url,
    })
    await Promise.all(
      Array.from({ length: PAIRS }, async (_, index) => {
        await (await fetch(`${caller.url}/linked/${index}`)).text()
      }),
    )
    await caller.end()
    await callee.end()
    return {
      kept: new Set(ofFirst.spans().map(({ traceId }) => traceId)),
      linkedTo: new Set(
        ofSecond
          .spans()
          .flatMap(({ links }) =>
            links
              .filter(({ attributes }) => attributes['linked_traces.relation'] === 'caller')
              .map(({ traceId }) => traceId),
          ),
      ),
    }
  }

  it('keep or drop both traces at equal ratios', async () => {
    const { kept, linkedTo } = await exported('0.5', '0.5')
    expect(linkedTo).toEqual(kept)
    expect(kept.size).toBeGreaterThan(0)
  })

  it('keep no trace at the lower ratio without the one it is linked to', async () => {
    const { kept, linkedTo } = await exported('0.5', '0.25')
    expect([...linkedTo].filter((traceId) => !kept.has(traceId))).toEqual([])
    // Ids are random here, but that all or none of 200 are below 0.75 happens to nobody (10⁻²⁵).
    expect(linkedTo.size).toBeGreaterThan(0)
    expect(linkedTo.size).toBeLessThan(kept.size)
  })
})

describe('a service with a sampler of the specification', () => {
  it.each([
    ['parentbased_always_on', '03'],
    ['always_off', '02'],
  ])('%s says that the ids of its roots are random: %s', async (sampler, flags) => {
    const { handled } = await handle({ OTEL_TRACES_SAMPLER: sampler }, [
      { path: '/none' },
      { path: '/linked', flags: '03', tracestate: 'ot=th:0' },
    ])
    expect(handled.map(({ onward, tracestateOnward }) => [onward, tracestateOnward])).toEqual([
      [flags, undefined],
      [flags, undefined],
    ])
  })
})

describe('a service with NodeSDK and OTEL_TRACES_SAMPLER=linked_probability', () => {
  it('shares the randomness of callers too, and states its own, as its tracers know no random flag', async () => {
    const { handled } = await handle(
      {
        OTEL_TRACES_SAMPLER: 'linked_probability',
        OTEL_TRACES_SAMPLER_ARG: '0.5',
        OTEL_METRICS_EXPORTER: 'none',
        OTEL_LOGS_EXPORTER: 'none',
      },
      Array.from({ length: 40 }, () => [{ path: '/none' }, { path: '/linked', flags: '03' } as const]).flat(),
      [SOURCE, '--import', here('node-sdk-fixtures/starts-with-an-exporter-only.ts')],
    )
    for (const { path, callerTraceId, onward, tracestateOnward = '' } of handled) {
      const [, randomness = ''] = /rv:([\da-f]{14})$/.exec(tracestateOnward) ?? []
      if (path === '/linked') expect(randomness).toBe(low(callerTraceId))
      const isKept = randomness >= '8'
      expect(Number.parseInt(onward, 16) & 1).toBe(isKept ? 1 : 0)
      expect(tracestateOnward).toBe(isKept ? `ot=th:8;rv:${randomness}` : `ot=rv:${randomness}`)
    }
  })
})
