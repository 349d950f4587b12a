import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { resolveConfig } from '../src/lib/config/resolve-config.ts'
import { compilePropagateTo, targetOfOrigin } from '../src/lib/propagation/propagate-to.ts'
import { here } from './run-node.ts'

const run = promisify(execFile)

interface ToldSpan {
  readonly kind: string
  readonly traceId: string
  readonly parentSpanId?: string
  /** Attributes under `app.`, by which the application tells what it found and what it sent. */
  readonly hooks: string[]
  readonly links: { readonly spanId: string; readonly relation: string }[]
}

/** The SERVER span of a request with context from elsewhere, in an application that sends context on. */
async function requestUnder(setUp: string, env: NodeJS.ProcessEnv): Promise<ToldSpan> {
  const { stdout, stderr } = await run(
    process.execPath,
    [
      '--conditions=@linked-traces/source',
      '--import',
      here(setUp),
      here('boundary-fixtures/tells-what-comes-in-and-goes-out.mjs'),
    ],
    {
      timeout: 25_000,
      env: { ...process.env, OTEL_METRICS_EXPORTER: 'none', OTEL_LOGS_EXPORTER: 'none', ...env },
    },
  )
  expect(stderr).toBe('')
  const spans: ToldSpan[] = JSON.parse(stdout)
  const [span, ...others] = spans.filter(({ kind, hooks }) => kind === 'SERVER' && hooks.length > 0)
  if (span === undefined || others.length > 0) throw new Error(`No single span that tells:\n${stdout}`)
  return span
}

const CALLER = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' }

describe.each([
  ['startTelemetry', 'boundary-fixtures/starts-telemetry.ts'],
  ['NodeSDK with withLinkedTraces', 'node-sdk-fixtures/starts-with-an-exporter-only.ts'],
])('%s', (_, setUp) => {
  it('sends on the whole context of a caller that is continued: random flag, tracestate, baggage', async () => {
    const span = await requestUnder(setUp, {})
    expect(span).toMatchObject({ traceId: CALLER.traceId, parentSpanId: CALLER.spanId, links: [] })
    expect(span.hooks).toEqual([
      'app.baggage.tenant=acme',
      'app.baggage.role=admin',
      expect.stringMatching(`^app.sent.traceparent=00-${CALLER.traceId}-[0-9a-f]{16}-03$`),
      'app.sent.tracestate=vendor@one=1',
      'app.sent.baggage=tenant=acme;secret,role=admin',
    ])
  })

  it('takes of an untrusted caller a link, and baggage by the keys that are named', async () => {
    const span = await requestUnder(setUp, {
      LINKED_TRACES_INBOUND: '/in=link:untrusted',
      LINKED_TRACES_UNTRUSTED_BAGGAGE: 'tenant,plan',
    })
    expect(span.parentSpanId).toBeUndefined()
    expect(span.links).toMatchObject([{ spanId: CALLER.spanId, relation: 'caller' }])
    const sent = span.hooks.find((hook) => hook.startsWith('app.sent.traceparent='))
    expect(sent).toContain(span.traceId)
    expect(span.hooks).toEqual(['app.baggage.tenant=acme', sent, 'app.sent.baggage=tenant=acme'])
  })

  it('takes no baggage of an untrusted caller unless told to', async () => {
    const span = await requestUnder(setUp, { LINKED_TRACES_INBOUND: '/in=link:untrusted' })
    expect(span.hooks).toEqual([expect.stringContaining('app.sent.traceparent=')])
  })

  it.each(['none', 'api.example.com', '127.0.0.1:1'])(
    'sends no context where it may go to %s',
    async (hosts) => {
      const span = await requestUnder(setUp, { LINKED_TRACES_PROPAGATE_TO: hosts })
      expect(span.traceId).toBe(CALLER.traceId)
      expect(span.hooks).toEqual(['app.baggage.tenant=acme', 'app.baggage.role=admin'])
    },
  )

  it('sends context to a host that is named', async () => {
    const span = await requestUnder(setUp, { LINKED_TRACES_PROPAGATE_TO: 'api.example.com,127.0.0.1' })
    expect(span.hooks).toContain('app.sent.tracestate=vendor@one=1')
  })
})

describe('docs/trust.md', () => {
  const docs = new URL('../../../docs/', import.meta.url)
  const page = readFileSync(new URL('trust.md', docs), 'utf8')
  const picture = readFileSync(new URL('pictures/trust.svg', docs), 'utf8')

  it('says in its picture of each mode what its table says', () => {
    const rows = page
      .split('\n\n')
      .find((block) => block.startsWith('| Of the request |'))
      ?.split('\n')
      .map((line) => line.replaceAll('`', '').split('|').slice(1, -1))
      .map((cells) => cells.map((cell) => cell.trim()))
    const [[, ...modes] = [], , ...facts] = rows ?? []
    const lanes = [...picture.matchAll(/<g id="([^"]+)">(.*?)<\/g>/gs)]
    expect(lanes.map(([, mode]) => mode)).toEqual(modes)
    for (const [index, [, , lane = '']] of lanes.entries()) {
      const said = Object.fromEntries(facts.map(([name = '', ...cells]) => [name, cells[index] ?? '']))
      const mentions = (text: string) => lane.includes(text)
      expect({
        parent: mentions('>parent,'),
        link: mentions('>link, with tracestate<'),
        sampling: mentions('sampl'),
        baggage: mentions('baggage') && (mentions('baggage of the keys that you name') ? 'named' : 'all'),
        told: mentions('>ids of the new root<'),
      }).toEqual({
        parent: said['its span (traceparent)']?.startsWith('is the parent') ?? false,
        link: said.tracestate === 'on the link',
        sampling: said['sampled flag'] !== 'nothing',
        baggage:
          said.baggage !== 'nothing' && (said.baggage?.includes('keys that you name') ? 'named' : 'all'),
        told: said['is told in return'] !== 'nothing',
      })
    }
    for (const variable of picture.match(/LINKED_TRACES_\w+/g) ?? []) expect(page).toContain(variable)
  })

  it('configures an edge service by settings that mean what it says', () => {
    const [, block = ''] = page.split('```sh\n')
    const lines = (block.split('\n```')[0] ?? '').split('\n')
    const env = Object.fromEntries(lines.map((line) => line.replaceAll("'", '').split(/=(.*)/).slice(0, 2)))
    const { inbound, untrustedBaggage, propagateTo, sampler, notices } = resolveConfig({}, env, {})
    expect({ inbound, untrustedBaggage, propagateTo, sampler, notices }).toEqual({
      inbound: [
        { path: '/internal/*', mode: 'continue' },
        { path: '/*', mode: 'link', trusted: false },
      ],
      untrustedBaggage: ['locale'],
      propagateTo: ['*.svc.cluster.local', '[::1]'],
      sampler: { name: 'parentbased_traceidratio', ratio: 0.1 },
      notices: [],
    })
  })

  it.each([
    ['api.example.com', ['http://api.example.com:81'], ['http://example.com']],
    ['api.example.com:8443', ['https://api.example.com:8443'], ['https://api.example.com']],
    ['*.example.com', ['http://a.b.example.com'], ['http://example.com']],
    ['10.0.0.7', ['http://10.0.0.7'], ['http://10.0.0.70']],
    ['[::1]', ['http://[::1]:81'], ['http://localhost']],
  ])('is right about the hosts that %s names', (pattern, named, others) => {
    expect(page).toContain(`\`${pattern}\``)
    const mayPropagate = compilePropagateTo([pattern])
    const isNamed = (url: string) => mayPropagate(() => targetOfOrigin(url, '/'))
    expect([named.every(isNamed), others.some(isNamed)]).toEqual([true, false])
  })

  it('is right that continuing an untrusted caller is refused', () => {
    const env = { LINKED_TRACES_INBOUND: '/*=continue:untrusted' }
    expect(() => resolveConfig({}, env, {})).toThrow('link or ignore for an untrusted caller')
  })
})
