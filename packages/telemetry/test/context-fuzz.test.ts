import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { json } from 'node:stream/consumers'
import type { Context, SpanContext } from '@opentelemetry/api'
import { context, propagation, ROOT_CONTEXT, trace } from '@opentelemetry/api'
import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { extractCarrier } from '../src/lib/links/extract-carrier.ts'
import { injectCarrier } from '../src/lib/links/inject-carrier.ts'
import { linkTo } from '../src/lib/links/link-to.ts'
import { recordSpans } from './boundary-recording.ts'
import {
  expectedBaggage,
  expectedBaggageField,
  expectedMembers,
  expectedParent,
  expectedTracestate,
} from './w3c-oracle.ts'

recordSpans({ inbound: [{ path: '/link', mode: 'link' }] })

/** What HTTP lets through in a field, and what it does not: carriers of messages know no such limits. */
const FIELD = 'ab09zfAZ -_*/@=,;%.\t"\\+é\u00a0\u0085'
const ANY = `${FIELD}\n\r\0\u2028\ufeff🎲`

/** One change to a text: characters in place of others, at some place of it. */
interface Edit {
  readonly at: number
  readonly removed: number
  readonly added: string
}

/** Texts of a kind, most of them with something wrong in one or a few places. */
function edited(valid: fc.Arbitrary<string>, characters: string): fc.Arbitrary<string> {
  const added = fc.string({ unit: fc.constantFrom(...characters), maxLength: 2 })
  const edit: fc.Arbitrary<Edit> = fc.record({ at: fc.nat(), removed: fc.nat(2), added })
  return fc.tuple(valid, fc.array(edit, { maxLength: 2 })).map(([text, edits]) =>
    edits.reduce((changed, { at, removed, added: inserted }) => {
      const start = at % (changed.length + 1)
      return changed.slice(0, start) + inserted + changed.slice(start + removed)
    }, text),
  )
}

/** Values of fields of one name; mostly one of them. */
function fields(value: fc.Arbitrary<string>): fc.Arbitrary<string[]> {
  return fc.oneof(
    { weight: 8, arbitrary: value.map((only) => [only]) },
    { weight: 1, arbitrary: fc.array(value, { maxLength: 3 }) },
    { weight: 1, arbitrary: fc.tuple(value, value).map((both) => [both.join(', ')]) },
  )
}

function hex(length: number): fc.Arbitrary<string> {
  const digits = fc.string({
    unit: fc.constantFrom(...'0123456789abcdef'),
    minLength: length,
    maxLength: length,
  })
  return fc.oneof(
    { weight: 30, arbitrary: digits },
    { weight: 1, arbitrary: fc.constant('0'.repeat(length)) },
  )
}

const validTraceparent = fc
  .tuple(
    fc.oneof({ weight: 6, arbitrary: fc.constant('00') }, fc.constantFrom('01', 'cc', 'fe', 'ff')),
    hex(32),
    hex(16),
    fc.oneof(fc.constantFrom('00', '01', '02', '03'), hex(2)),
    fc.oneof({ weight: 8, arbitrary: fc.constant('') }, fc.constantFrom('-', '-later', '-a-b', '.', '-x,y')),
  )
  .map(([version, traceId, spanId, flags, rest]) => `${version}-${traceId}-${spanId}-${flags}${rest}`)

/** Texts of one set of characters; now and then of all the length that there may be, and one more. */
function textOf(characters: string, most: number): fc.Arbitrary<string> {
  const unit = fc.constantFrom(...characters)
  return fc.oneof(
    { weight: 12, arbitrary: fc.string({ unit, minLength: 1, maxLength: 12 }) },
    { weight: 2, arbitrary: fc.string({ unit, minLength: 100, maxLength: 140 }) },
    {
      weight: 1,
      arbitrary: fc.integer({ min: most - 1, max: most + 1 }).map((length) => 'v'.repeat(length)),
    },
  )
}

const member = fc.oneof(
  {
    weight: 20,
    arbitrary: fc
      .tuple(textOf('abz019', 256), textOf('abz 09.:;-_~!"\\', 256))
      .map(([key, value]) => `${key}=${value}z`),
  },
  { weight: 1, arbitrary: fc.constantFrom('', ' ', '\t', 'dup=1', 'dup=2', 'a@b@c=1') },
)

const validTracestate = fc
  .oneof(
    { weight: 10, arbitrary: fc.array(member, { maxLength: 8 }) },
    { weight: 1, arbitrary: fc.array(member, { minLength: 28, maxLength: 36 }) },
  )
  .chain((members) => fc.constantFrom(',', ', ', ' \t,').map((comma) => members.join(comma)))

const validBaggage = fc
  .array(
    fc.oneof(
      {
        weight: 20,
        arbitrary: fc
          .tuple(
            textOf("abZ09-_.%41!#'", 300),
            fc.oneof(
              { weight: 8, arbitrary: textOf("aZ0=:/+!'%41%C3%A9%FF%0D%0A%00%", 4100) },
              { weight: 1, arbitrary: fc.constant('') },
            ),
            fc.constantFrom('', '', '', ';p', ' ; p = v ', ';p=%C3%A9;q', ';p;p=%FF%', ';'),
          )
          .map(([key, value, properties]) => `${key}=${value}${properties}`),
      },
      {
        weight: 1,
        arbitrary: fc.constantFrom('', ' ', '__proto__=1', 'a = 1', 'dup=1', 'dup=2', 'toString=x'),
      },
    ),
    { maxLength: 8 },
  )
  .chain((members) =>
    fc.constantFrom(1, 1, 1, 1, 1, 20).map((times) =>
      Array.from({ length: times }, (_, index) =>
        members.map((each) => (index === 0 ? each : `${index}${each}`)),
      )
        .flat()
        .join(','),
    ),
  )

interface Received {
  readonly traceparent: string[]
  readonly tracestate: string[]
  readonly baggage: string[]
}

/** Every field is right in most cases, so that what is wrong in one shows. */
function received(characters: string): fc.Arbitrary<Received> {
  const mostly = (valid: fc.Arbitrary<string>) =>
    fields(fc.oneof({ weight: 2, arbitrary: valid }, { weight: 1, arbitrary: edited(valid, characters) }))
  return fc.record({
    traceparent: mostly(validTraceparent),
    tracestate: mostly(validTracestate),
    baggage: mostly(validBaggage),
  })
}

/** The same fields as a carrier: a single value as such, none as nothing. */
function carrierOf(headers: Received): Record<string, string | string[]> {
  const entries = Object.entries(headers).filter(([, values]) => values.length > 0)
  return Object.fromEntries(entries.map(([name, values]) => [name, values.length === 1 ? values[0] : values]))
}

interface Seen {
  readonly parent: { traceId: string; spanId: string; flags: number; members: string | undefined } | null
}

function seenOf(spanContext: SpanContext | undefined): Seen['parent'] {
  if (spanContext === undefined) return null
  const { traceId, spanId, traceFlags: flags, traceState } = spanContext
  return { traceId, spanId, flags, members: traceState?.serialize() }
}

function expectedSeen({ traceparent, tracestate }: Received): Seen['parent'] {
  const parent = expectedParent(traceparent)
  return parent && { ...parent, members: expectedMembers(tracestate)?.join(',') }
}

/** What a service is to send on that continues a trace: a span of its own, in the caller's trace. */
function expectedForward(headers: Received, spanId: string, sampled: number) {
  const parent = expectedParent(headers.traceparent)
  // In the order of an object, which the API makes baggage from: keys that are numbers come first.
  const entries = new Map(Object.entries(Object.fromEntries(expectedBaggage(headers.baggage))))
  const baggage = expectedBaggageField(entries)
  const random = parent !== null && parent.flags % 4 >= 2 ? 2 : 0
  const tracestate = expectedTracestate(expectedMembers(headers.tracestate))
  return {
    ...(parent && {
      traceparent: `00-${parent.traceId}-${spanId}-0${random + sampled}`,
      ...(tracestate !== undefined && { tracestate }),
    }),
    ...(baggage !== undefined && { baggage }),
  }
}

const SPAN_ID = 'c'.repeat(16)

/** The context of the span that continues the caller's trace, as an SDK makes it; the same without a caller. */
function continued(extracted: Context): Context {
  const parent = trace.getSpanContext(extracted)
  if (parent === undefined) return extracted
  const { traceId, traceState } = parent
  const child = { traceId, spanId: SPAN_ID, traceFlags: 1, ...(traceState && { traceState }) }
  return trace.setSpanContext(extracted, child)
}

function entriesOf(extracted: Context) {
  const entries = propagation.getBaggage(extracted)?.getAllEntries() ?? []
  return entries.map(([key, { value, metadata }]) => [key, value, metadata?.toString()])
}

const sorted = <Entry extends readonly unknown[]>(entries: readonly Entry[]) =>
  entries.toSorted(([a], [b]) => (String(a) < String(b) ? -1 : 1))

/** `key=value` members of a field, in no order: that of baggage has no meaning, and objects put numbers first. */
function unordered(headers: Record<string, string>) {
  return { ...headers, ...(headers.baggage && { baggage: headers.baggage.split(',').toSorted() }) }
}

const RUNS = { seed: 20261122, numRuns: 5000 }

describe('context in 5,000 carriers, most of them with something wrong', () => {
  it('is right often enough, and wrong often enough', () => {
    const cases = fc.sample(received(ANY), { ...RUNS, numRuns: 1000 })
    const share = (of: (headers: Received) => boolean) => cases.filter(of).length / cases.length
    const parents = share(({ traceparent }) => expectedParent(traceparent) !== null)
    const lists = share(({ tracestate }) => expectedMembers(tracestate) !== null)
    const shortened = share(({ tracestate }) => (expectedMembers(tracestate)?.join(',').length ?? 0) > 512)
    const baggage = share(({ baggage }) => expectedBaggage(baggage).size > 0)
    const full = share(({ baggage }) => expectedBaggage(baggage).size === 64)
    for (const found of [parents, lists]) expect(Math.abs(found - 0.5)).toBeLessThan(0.2)
    expect(baggage).toBeGreaterThan(0.5)
    for (const found of [shortened, full]) expect(found).toBeGreaterThan(0.01)
  })

  it('is extracted as the specifications say', () => {
    fc.assert(
      fc.property(received(ANY), (headers) => {
        const extracted = propagation.extract(ROOT_CONTEXT, carrierOf(headers))
        expect(seenOf(trace.getSpanContext(extracted))).toEqual(expectedSeen(headers))
        const expected = Array.from(expectedBaggage(headers.baggage), ([key, { value, properties }]) => [
          key,
          value,
          properties,
        ])
        expect(sorted(entriesOf(extracted))).toEqual(sorted(expected))
      }),
      RUNS,
    )
  }, 120_000)

  it('is forwarded as the specifications say', () => {
    fc.assert(
      fc.property(received(ANY), (headers) => {
        const out: Record<string, string> = {}
        propagation.inject(continued(propagation.extract(ROOT_CONTEXT, carrierOf(headers))), out)
        expect(unordered(out)).toEqual(unordered(expectedForward(headers, SPAN_ID, 1)))
        for (const value of Object.values(out)) expect(value).toMatch(/^[!-~][ -~]*$/)
      }),
      RUNS,
    )
  }, 120_000)

  it('is forwarded in messages as in requests', () => {
    fc.assert(
      fc.property(received(ANY), (headers) => {
        const handling = extractCarrier(carrierOf(headers), { context: ROOT_CONTEXT, relation: 'continue' })
        const out = injectCarrier({}, { context: continued(handling.context) })
        expect(unordered(out)).toEqual(unordered(expectedForward(headers, SPAN_ID, 1)))
      }),
      RUNS,
    )
  }, 120_000)

  it('is linked to as the specifications say', () => {
    fc.assert(
      fc.property(received(ANY), (headers) => {
        const expected = expectedSeen(headers)
        const links = [
          linkTo(carrierOf(headers)),
          linkTo(new Map(Object.entries(carrierOf(headers)))),
          extractCarrier(carrierOf(headers), { relation: 'link' }).links,
        ]
        for (const made of links) {
          expect(made.map((link) => seenOf(link.context))).toEqual(expected === null ? [] : [expected])
        }
      }),
      RUNS,
    )
  }, 120_000)
})

/** What a service with our instrumentation made of a request. */
interface Answer {
  /** Of an unsampled caller nothing is recorded. */
  readonly isRecorded: boolean
  readonly parent: Seen['parent']
  readonly linked: Seen['parent'][]
  readonly baggage: unknown[][]
  readonly spanId: string
  readonly traceId: string
  /** As a service behind it received them. */
  readonly forwarded: Record<string, string>
}

describe('context in 400 requests on the wire', () => {
  const callee = createServer((req, res) => {
    const { traceparent, tracestate, baggage } = req.headers
    res.end(JSON.stringify({ traceparent, tracestate, baggage }))
  })
  const service = createServer((_, res) => {
    answer().then(
      (body) => res.end(JSON.stringify(body)),
      (error) => res.destroy(error),
    )
  })

  async function answer(): Promise<Answer> {
    const span = trace.getActiveSpan()
    if (span === undefined) throw new Error('There is no SERVER span.')
    const { traceId, spanId } = span.spanContext()
    const { port } = callee.address() as AddressInfo
    const response = await fetch(`http://127.0.0.1:${port}/`)
    const forwarded = (await response.json()) as Answer['forwarded']
    const { parentSpanContext, links = [] }: Partial<ReadableSpan> = { ...span }
    return {
      isRecorded: span.isRecording(),
      parent: seenOf(parentSpanContext),
      linked: links.map((link) => seenOf(link.context)),
      baggage: entriesOf(context.active()),
      spanId,
      traceId,
      forwarded,
    }
  }

  beforeAll(async () => {
    for (const server of [callee, service]) {
      server.listen(0, '127.0.0.1')
      await once(server, 'listening')
    }
  })

  afterAll(async () => {
    for (const server of [callee, service]) {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    }
  })

  /** As bytes, since no client sends what is wrong. */
  async function ask(path: string, headers: Received): Promise<Answer> {
    const lines = Object.entries(headers).flatMap(([name, values]: [string, string[]]) =>
      values.map((value) => `${name}: ${value}\r\n`),
    )
    const socket = connect((service.address() as AddressInfo).port, '127.0.0.1')
    socket.write(Buffer.from(`GET ${path} HTTP/1.0\r\n${lines.join('')}\r\n`, 'latin1'))
    const chunks: Buffer[] = await socket.toArray()
    const answer = Buffer.concat(chunks).toString()
    const body = answer.slice(answer.indexOf('\r\n\r\n') + 4)
    return (await json(new Blob([body]).stream())) as Answer
  }

  /** Within what Node takes as one head. */
  const sendable = received(FIELD).filter((headers) => Object.values(headers).flat().join('').length < 12_000)
  const cases = fc.sample(sendable, { seed: 20261122, numRuns: 200 })

  it('is continued and sent on as the specifications say', async () => {
    for (const headers of cases) {
      const { isRecorded, parent, linked, baggage, traceId, forwarded } = await ask('/continue', headers)
      const expected = expectedSeen(headers)
      const isSampled = expected === null || expected.flags % 2 === 1
      expect({ headers, isRecorded, parent: dropUndefined(parent), linked }).toEqual({
        headers,
        isRecorded: isSampled,
        parent: isSampled ? dropUndefined(expected) : null,
        linked: [],
      })
      expect(baggage).toHaveLength(expectedBaggage(headers.baggage).size)
      const spanId = forwarded.traceparent?.slice(36, 52) ?? ''
      if (expected === null) expect(forwarded.traceparent).toContain(`00-${traceId}-${spanId}-`)
      else {
        const sent = unordered(expectedForward(headers, spanId, Number(isSampled)))
        expect(unordered(forwarded)).toEqual(sent)
      }
    }
  }, 120_000)

  it('is linked to from a new root, of whose trace none of it becomes a part', async () => {
    for (const headers of cases) {
      const { parent, linked, traceId, forwarded } = await ask('/link', headers)
      const expected = expectedSeen(headers)
      expect({ headers, parent, linked: linked.map(dropUndefined) }).toEqual({
        headers,
        parent: null,
        linked: expected === null ? [] : [dropUndefined(expected)],
      })
      expect(traceId).not.toBe(expected?.traceId)
      expect(forwarded.traceparent).toContain(`00-${traceId}-`)
      expect(forwarded.tracestate).toBeUndefined()
    }
  }, 120_000)
})

/** As JSON has it. */
function dropUndefined<Value>(value: Value): unknown {
  return JSON.parse(JSON.stringify(value))
}
