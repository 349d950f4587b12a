import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { KeyValue, Span, SpanLink } from '../../src/model/span.ts'
import type {
  SearchCursor,
  SpanFilter,
  SpanGroup,
  TelemetryReader,
  TelemetryStore,
} from '../../src/store/telemetry-store.ts'

/** What a store under test is made with. */
export type StoreUnderTest = {
  readonly store: TelemetryStore
  /** What answers; on disk that is another connection than the one that writes. */
  readonly reader: TelemetryReader
  close(): Promise<void>
}

/** Bounds and clock that tests set. */
export type StoreSettings = {
  readonly mostSpans: number
  readonly mostAgeMillis: number
  readonly wallClock: () => number
}

export const traceIdOf = (number: number): string => `a${number.toString(16).padStart(31, '0')}`
export const spanIdOf = (number: number): string => `b${number.toString(16).padStart(15, '0')}`

const epoch = 1_795_377_600_000_000_000n
const wide = { fromMinute: 0, toMinute: 2 ** 40 }
const page = { limit: 100, budgetMillis: 10_000 }

/** A span with defaults for everything. */
export const makeSpan = (span: Partial<Span> & Pick<Span, 'traceId' | 'spanId'>): Span => ({
  traceState: '',
  parentSpanId: '',
  flags: 0,
  name: 'work',
  kind: 1,
  startTimeUnixNano: epoch,
  endTimeUnixNano: epoch + 1_000_000n,
  attributes: [],
  droppedAttributesCount: 0,
  events: [],
  droppedEventsCount: 0,
  links: [],
  droppedLinksCount: 0,
  status: { message: '', code: 0 },
  ...span,
})

export const makeLink = (traceId: string, spanId: string, relation?: string): SpanLink => ({
  traceId,
  spanId,
  hasValidIds: true,
  traceState: '',
  attributes: relation === undefined ? [] : [text('linked_traces.relation', relation)],
  droppedAttributesCount: 0,
  flags: 0x301,
})

export const makeGroup = (serviceName: string, spans: readonly Span[]): SpanGroup => ({
  resource: { attributes: [text('service.name', serviceName)], droppedAttributesCount: 0, entityRefs: [] },
  resourceSchemaUrl: '',
  scope: { name: 'test', version: '1', attributes: [], droppedAttributesCount: 0 },
  scopeSchemaUrl: '',
  spans,
})

export const text = (key: string, value: string): KeyValue => ({ key, value: { type: 'string', value } })

const everything: Span = makeSpan({
  traceId: traceIdOf(1),
  spanId: spanIdOf(1),
  traceState: 'ot=th:8;rv:12345678901234,vendor=x',
  parentSpanId: spanIdOf(2),
  flags: 0xffff_ffff,
  name: 'ünïcode ‮ name\0',
  kind: -7,
  startTimeUnixNano: 2n ** 64n - 1n,
  endTimeUnixNano: 0n,
  attributes: [
    text('a', ''),
    text('', 'empty key'),
    text('a', 'duplicate'),
    { key: 'long', value: { type: 'string', value: 'é'.repeat(300_000) } },
    { key: 'least', value: { type: 'int', value: -(2n ** 63n) } },
    { key: 'most', value: { type: 'int', value: 2n ** 63n - 1n } },
    { key: 'NaN', value: { type: 'double', value: Number.NaN } },
    { key: '-0', value: { type: 'double', value: -0 } },
    { key: 'bytes', value: { type: 'bytes', value: new Uint8Array([0, 255]) } },
    { key: 'unset', value: { type: 'empty', value: null } },
    {
      key: 'nested',
      value: {
        type: 'array',
        value: [
          { type: 'kvlist', value: [{ key: 'k', value: { type: 'bool', value: false } }] },
          { type: 'array', value: [] },
          { type: 'empty', value: null },
        ],
      },
    },
  ],
  droppedAttributesCount: 2 ** 32 - 1,
  events: [{ timeUnixNano: 5n, name: 'e', attributes: [text('x', 'y')], droppedAttributesCount: 3 }],
  droppedEventsCount: 4,
  links: [
    {
      ...makeLink(traceIdOf(9), spanIdOf(9), 'caller'),
      traceState: 'a=b',
      droppedAttributesCount: 2,
      flags: 0x100,
    },
    { ...makeLink('not hex at all', 'zz'), hasValidIds: false },
    { ...makeLink('ffff41', ''), hasValidIds: false },
    { ...makeLink('six ch', '0'.repeat(16)), hasValidIds: false },
  ],
  droppedLinksCount: 5,
  status: { message: 'no', code: 99 },
})

/** The promises of {@link TelemetryStore}, kept by every implementation. */
export function telemetryStoreContract(open: (settings: StoreSettings) => Promise<StoreUnderTest>): void {
  let now = 1_795_377_600_000
  let subject: StoreUnderTest
  const restart = async (settings: Partial<StoreSettings> = {}): Promise<void> => {
    await subject?.close()
    subject = await open({ mostSpans: 100_000, mostAgeMillis: 1e12, wallClock: () => now, ...settings })
  }
  beforeEach(async () => {
    now = 1_795_377_600_000
    subject = await open({ mostSpans: 100_000, mostAgeMillis: 1e12, wallClock: () => now })
  })
  afterEach(() => subject.close())

  const write = (service: string, ...spans: Span[]) => subject.store.write([[makeGroup(service, spans)]])
  const found = async (filter: SpanFilter): Promise<string[]> => {
    const { spans, next } = await subject.reader.searchSpans(filter, undefined, page)
    expect(next).toBeUndefined()
    return spans.map(({ span }) => span.name)
  }

  describe('write', () => {
    it('keeps every field of a span exactly', async () => {
      const group: SpanGroup = {
        resource: {
          attributes: [text('service.name', 'exact'), text('host.name', 'h')],
          droppedAttributesCount: 7,
          entityRefs: [{ schemaUrl: 's', type: 'host', idKeys: ['host.name'], descriptionKeys: ['d'] }],
        },
        resourceSchemaUrl: 'https://example.com/resource',
        scope: { name: 'n', version: 'v', attributes: [text('s', 't')], droppedAttributesCount: 8 },
        scopeSchemaUrl: 'https://example.com/scope',
        spans: [everything],
      }
      await subject.store.write([[group]])
      const trace = await subject.reader.trace(everything.traceId, 10)
      const { spans: _, ...produced } = group
      expect(trace?.spans).toEqual([{ ...produced, span: everything, receivedAt: now }])
    })

    it('stores a span that comes twice once, within a call and across calls', async () => {
      const span = makeSpan({
        traceId: traceIdOf(1),
        spanId: spanIdOf(1),
        links: [makeLink(traceIdOf(2), spanIdOf(2))],
      })
      expect(await write('a', span, span)).toMatchObject({ spanCount: 1, duplicateCount: 1 })
      expect(await write('a', { ...span, name: 'another' })).toMatchObject({
        spanCount: 0,
        duplicateCount: 1,
        traces: [],
      })
      expect((await subject.reader.trace(span.traceId, 10))?.spans.map(({ span: { name } }) => name)).toEqual(
        ['work'],
      )
      expect((await subject.reader.incomingLinks(traceIdOf(2), 10)).links).toHaveLength(1)
      expect(await subject.reader.status()).toMatchObject({ spanCount: 1, traceCount: 1 })
    })

    it('keeps all spans of traces that come mixed with each other', async () => {
      const mixed = [1, 2, 1, 1, 2, 3, 1].map((trace, index) =>
        makeSpan({ traceId: traceIdOf(trace), spanId: spanIdOf(index), name: `${index}` }),
      )
      const { spanCount, traceCount } = await write('a', ...mixed)
      expect({ spanCount, traceCount }).toEqual({ spanCount: 7, traceCount: 3 })
      expect((await found({})).toSorted()).toEqual(['0', '1', '2', '3', '4', '5', '6'])
    })

    it('keeps all of several exports, a trace that is in two of them counted once', async () => {
      const of = (span: number, parent?: number) => [
        makeGroup('a', [
          makeSpan({
            traceId: traceIdOf(1),
            spanId: spanIdOf(span),
            ...(parent !== undefined && { parentSpanId: spanIdOf(parent) }),
          }),
        ]),
      ]
      expect(await subject.store.write([of(2, 1), of(1), of(2, 1)])).toMatchObject({
        spanCount: 2,
        duplicateCount: 1,
        traceCount: 1,
        traces: [{ traceId: traceIdOf(1), hasRoot: true }],
      })
      expect(await subject.reader.status()).toMatchObject({ spanCount: 2, traceCount: 1 })
    })

    it('keeps nothing of several exports when one cannot be made', async () => {
      function* exports() {
        yield [makeGroup('a', [makeSpan({ traceId: traceIdOf(1), spanId: spanIdOf(1) })])]
        throw new RangeError('too large')
      }
      await expect(subject.store.write(exports())).rejects.toThrow(RangeError)
      expect(await subject.reader.status()).toMatchObject({ spanCount: 0, traceCount: 0 })
      await write('a', makeSpan({ traceId: traceIdOf(1), spanId: spanIdOf(1) }))
      expect(await subject.reader.status()).toMatchObject({ spanCount: 1 })
    })

    it('names the traces that gained spans and whether their root came', async () => {
      const { traces } = await write(
        'a',
        makeSpan({ traceId: traceIdOf(1), spanId: spanIdOf(1) }),
        makeSpan({ traceId: traceIdOf(2), spanId: spanIdOf(2), parentSpanId: spanIdOf(3) }),
      )
      expect(traces).toEqual([
        { traceId: traceIdOf(1), hasRoot: true },
        { traceId: traceIdOf(2), hasRoot: false },
      ])
    })
  })

  describe('trace', () => {
    it('orders the spans of many calls by start and tells how many there are beyond the limit', async () => {
      for (const index of [3, 1, 2])
        await write(
          `service-${index}`,
          makeSpan({
            traceId: traceIdOf(1),
            spanId: spanIdOf(index),
            startTimeUnixNano: epoch + BigInt(index),
          }),
        )
      const trace = await subject.reader.trace(traceIdOf(1), 10)
      expect(trace?.spans.map(({ span }) => span.spanId)).toEqual([spanIdOf(1), spanIdOf(2), spanIdOf(3)])
      expect(await subject.reader.trace(traceIdOf(1), 2)).toMatchObject({
        spanCount: 3,
        spans: { length: 2 },
      })
    })

    it('keeps a trace of 5,000 spans together', async () => {
      const spans = Array.from({ length: 5_000 }, (_, index) =>
        makeSpan({ traceId: traceIdOf(1), spanId: spanIdOf(index + 1), name: `span ${index}` }),
      )
      await write('a', ...spans)
      const trace = await subject.reader.trace(traceIdOf(1), 10_000)
      expect(new Set(trace?.spans.map(({ span }) => span.name)).size).toBe(5_000)
    })

    it('knows nothing of a trace that is only linked to', async () => {
      await write(
        'a',
        makeSpan({
          traceId: traceIdOf(1),
          spanId: spanIdOf(1),
          links: [makeLink(traceIdOf(2), spanIdOf(2))],
        }),
      )
      expect(await subject.reader.trace(traceIdOf(2), 10)).toBeUndefined()
      expect(await subject.reader.status()).toMatchObject({ traceCount: 1 })
    })
  })

  describe('links', () => {
    it('finds who links to a span that came before, comes later or never comes', async () => {
      const linking = (number: number, target: number) =>
        makeSpan({
          traceId: traceIdOf(number),
          spanId: spanIdOf(number),
          links: [makeLink(traceIdOf(target), spanIdOf(target), 'caller')],
        })
      await write('late', linking(1, 2))
      await write('b', makeSpan({ traceId: traceIdOf(2), spanId: spanIdOf(2) }))
      await write('early', linking(3, 2))
      const { links, counts } = await subject.reader.incomingLinks(traceIdOf(2), 10)
      expect(counts).toEqual(new Map([[spanIdOf(2), 2]]))
      expect(links.map(({ source, position, relation }) => [source.serviceName, position, relation])).toEqual(
        [
          ['early', 0, 'caller'],
          ['late', 0, 'caller'],
        ],
      )
    })

    it('tells what is known of a target', async () => {
      await write('a', makeSpan({ traceId: traceIdOf(1), spanId: spanIdOf(1), name: 'here' }))
      const known = await subject.reader.know([
        { traceId: traceIdOf(1), spanId: spanIdOf(1) },
        { traceId: traceIdOf(1), spanId: spanIdOf(2) },
        { traceId: traceIdOf(2), spanId: spanIdOf(2) },
      ])
      expect(known).toMatchObject([
        { state: 'stored', span: { name: 'here' } },
        { state: 'span_missing' },
        { state: 'unknown' },
      ])
    })

    it('gathers the traces that hang together by links both ways, in circles too, and counts the rest', async () => {
      // 1 → 2 → 3 → 1, and 4 → 3; 5 hangs on 4.
      for (const [from, to] of [
        [1, 2],
        [2, 3],
        [3, 1],
        [4, 3],
        [5, 4],
      ] as const)
        await write(
          'a',
          makeSpan({
            traceId: traceIdOf(from),
            spanId: spanIdOf(from),
            links: [makeLink(traceIdOf(to), spanIdOf(to))],
          }),
        )
      const all = await subject.reader.linkSet(traceIdOf(2), { traces: 10, hops: 10, edges: 10 })
      expect(all.traces.map(({ traceId, hops }) => [traceId, hops])).toEqual([
        [traceIdOf(2), 0],
        [traceIdOf(3), 1],
        [traceIdOf(1), 1],
        [traceIdOf(4), 2],
        [traceIdOf(5), 3],
      ])
      expect(all).toMatchObject({ edges: { length: 5 }, moreTraces: 0, moreEdges: 0 })
      const few = await subject.reader.linkSet(traceIdOf(2), { traces: 3, hops: 10, edges: 2 })
      expect(few).toMatchObject({ traces: { length: 3 }, edges: { length: 2 }, moreTraces: 1, moreEdges: 1 })
      expect(few.traces.map(({ linksBeyond }) => linksBeyond)).toEqual([0, 1, 0])
      const near = await subject.reader.linkSet(traceIdOf(2), { traces: 10, hops: 1, edges: 10 })
      expect(near).toMatchObject({ traces: { length: 3 }, moreTraces: 1 })
    })

    it('has traces in a link set of which nothing has arrived', async () => {
      await write(
        'a',
        makeSpan({
          traceId: traceIdOf(1),
          spanId: spanIdOf(1),
          links: [makeLink(traceIdOf(2), spanIdOf(2))],
        }),
      )
      const { traces } = await subject.reader.linkSet(traceIdOf(1), { traces: 10, hops: 10, edges: 10 })
      expect(traces).toMatchObject([
        { knowledge: { state: 'stored' }, linksBeyond: 0 },
        { traceId: traceIdOf(2), knowledge: { state: 'unknown' }, summary: undefined },
      ])
    })
  })

  describe('searchSpans', () => {
    const several = async () => {
      await write(
        'shop',
        makeSpan({
          traceId: traceIdOf(1),
          spanId: spanIdOf(1),
          name: 'GET /cart',
          kind: 2,
          attributes: [text('user', 'ada')],
        }),
        makeSpan({
          traceId: traceIdOf(1),
          spanId: spanIdOf(2),
          parentSpanId: spanIdOf(1),
          name: 'query',
          kind: 3,
          endTimeUnixNano: epoch + 90_000_000n,
          attributes: [{ key: 'rows', value: { type: 'int', value: 7n } }],
          status: { code: 2, message: 'timed out' },
        }),
      )
      await write(
        'mail',
        makeSpan({
          traceId: traceIdOf(2),
          spanId: spanIdOf(3),
          name: 'send',
          startTimeUnixNano: epoch + 10n ** 12n,
          endTimeUnixNano: epoch + 10n ** 12n + 5n,
          links: [makeLink(traceIdOf(1), spanIdOf(1), 'origin')],
        }),
      )
    }

    it.each<[string, SpanFilter, string[]]>([
      ['nothing asked', {}, ['send', 'query', 'GET /cart']],
      ['service', { service: 'shop' }, ['query', 'GET /cart']],
      ['an unknown service', { service: 'none' }, []],
      ['operation', { operation: 'send' }, ['send']],
      ['kind', { kind: 3 }, ['query']],
      ['status', { status: 2 }, ['query']],
      ['no status', { status: 0 }, ['send', 'GET /cart']],
      ['least duration', { minDuration: 90_000_000n }, ['query']],
      ['most duration', { maxDuration: 5n }, ['send']],
      ['time', { from: epoch + 1n, to: epoch + 10n ** 13n }, ['send']],
      ['time before', { to: epoch + 1n }, ['query', 'GET /cart']],
      ['roots', { isRoot: true }, ['send', 'GET /cart']],
      ['links', { hasLink: true }, ['send']],
      ['no links', { hasLink: false }, ['query', 'GET /cart']],
      [
        'attribute',
        { attributes: [{ keys: ['user'], values: [{ type: 'string', value: 'ada' }] }] },
        ['GET /cart'],
      ],
      [
        'typed attribute',
        { attributes: [{ keys: ['other', 'rows'], values: [{ type: 'int', value: 7n }] }] },
        ['query'],
      ],
      [
        'attribute of another type',
        { attributes: [{ keys: ['rows'], values: [{ type: 'string', value: '7' }] }] },
        [],
      ],
      [
        'resource attribute',
        { resourceAttributes: [{ keys: ['service.name'], values: [{ type: 'string', value: 'mail' }] }] },
        ['send'],
      ],
      [
        'link attribute',
        {
          linkAttributes: [
            { keys: ['linked_traces.relation'], values: [{ type: 'string', value: 'origin' }] },
          ],
        },
        ['send'],
      ],
      ['who is linked from a trace', { linkedFrom: { traceId: traceIdOf(2) } }, ['GET /cart']],
      [
        'who is linked from a span',
        { linkedFrom: { traceId: traceIdOf(2), spanId: spanIdOf(3) } },
        ['GET /cart'],
      ],
      [
        'who is linked from a span without links',
        { linkedFrom: { traceId: traceIdOf(1), spanId: spanIdOf(1) } },
        [],
      ],
      ['trace', { traceId: traceIdOf(1) }, ['query', 'GET /cart']],
      ['an unknown trace', { traceId: traceIdOf(77) }, []],
      ['text', { text: 'CART' }, ['GET /cart']],
      ['text of a service', { text: 'mai' }, ['send']],
      ['two things at once', { service: 'shop', status: 2, minDuration: 1n }, ['query']],
    ])('finds by %s', async (_, filter, names) => {
      await several()
      expect(await found(filter)).toEqual(names)
    })

    it.each([
      ['name', 'Zürich', 'zürich'],
      ['service', 'SHOP', 'shop'],
      ['status message', 'NOT in stock', 'not IN stock'],
      ['event name', 'cache.Miss', 'CACHE.miss'],
      ['event attribute', 'stack: line 7', 'LINE 7'],
      ['attribute', 'ada@example.org', 'ADA@'],
      ['attribute beyond ASCII', 'Ärger 𝄞 naïve', 'Ärger 𝄞 NAïVE'],
      ['list', 'second', 'SECOND'],
      ['map', 'innermost', 'inner'],
    ])('finds text in a span’s %s, whatever the case of A–Z', async (place, sent, asked) => {
      const at = (here: string): string => (place === here ? sent : 'other')
      const found = makeSpan({
        traceId: traceIdOf(1),
        spanId: spanIdOf(2),
        name: at('name'),
        status: { code: 2, message: at('status message') },
        events: [
          {
            timeUnixNano: 1n,
            name: at('event name'),
            attributes: [text('key', at('event attribute'))],
            droppedAttributesCount: 0,
          },
        ],
        attributes: [
          text('first', at('attribute')),
          text('beyond', at('attribute beyond ASCII')),
          { key: 'list', value: { type: 'array', value: [text('', 'a').value, text('', at('list')).value] } },
          { key: 'map', value: { type: 'kvlist', value: [text('key', at('map'))] } },
        ],
      })
      // A neighbour in the same segment, which says the same where it does not count.
      const neighbour = makeSpan({
        traceId: traceIdOf(1),
        spanId: spanIdOf(1),
        name: 'neighbour',
        traceState: `x=${asked}`,
        attributes: [text(asked, 'a key')],
      })
      await write(at('service'), found)
      await write('neighbours', neighbour, makeSpan({ traceId: traceIdOf(1), spanId: spanIdOf(3) }))
      const { spans } = await subject.reader.searchSpans({ text: asked }, undefined, page)
      expect(spans.map(({ span }) => span.spanId)).toEqual([spanIdOf(2)])
      expect((await subject.reader.searchSpans({ text: `${asked}!` }, undefined, page)).spans).toEqual([])
    })

    it('finds the one in thousands, whatever came before and after', async () => {
      for (let batch = 0; batch < 6; batch++) {
        const spans = Array.from({ length: 700 }, (_, index) => {
          const number = batch * 700 + index + 1
          return makeSpan({
            traceId: traceIdOf(number),
            spanId: spanIdOf(number),
            name: `op ${index % 20}`,
            attributes: [text('number', `${number}`), text('same', 'for all')],
          })
        })
        await write(`service-${batch}`, ...spans)
      }
      for (const number of [1, 699, 700, 701, 2_100, 4_200]) {
        const filter = {
          attributes: [{ keys: ['number'], values: [{ type: 'string' as const, value: `${number}` }] }],
        }
        const { spans } = await subject.reader.searchSpans(filter, undefined, page)
        expect(spans.map(({ span }) => span.spanId)).toEqual([spanIdOf(number)])
      }
      expect(
        await found({ attributes: [{ keys: ['number'], values: [{ type: 'string', value: '4201' }] }] }),
      ).toEqual([])
    })

    it('tells each match once over its pages, though more arrives meanwhile', async () => {
      for (let number = 1; number <= 25; number++)
        await write(
          'a',
          makeSpan({ traceId: traceIdOf(number), spanId: spanIdOf(number), name: `${number}` }),
        )
      const names: string[] = []
      let next: Awaited<ReturnType<TelemetryReader['searchSpans']>>['next']
      do {
        const result = await subject.reader.searchSpans({}, next, { limit: 10, budgetMillis: 10_000 })
        names.push(...result.spans.map(({ span }) => span.name))
        next = result.next
        await write(
          'a',
          makeSpan({ traceId: traceIdOf(100 + names.length), spanId: spanIdOf(100), name: 'new' }),
        )
      } while (next)
      expect(names).toEqual(Array.from({ length: 25 }, (_, index) => `${25 - index}`))
    })
  })

  describe('a search for which there is no time', () => {
    it('tells where to go on, and finds everything in the end', async () => {
      // Some thousand spans, so that most of them are in blocks that are told apart; what is looked for is in the first, a middle and the last.
      const rare = new Set([1, 2_000, 3_500])
      for (let from = 1; from <= 3_500; from += 500)
        await write(
          'shop',
          ...Array.from({ length: 500 }, (_, index) =>
            makeSpan({
              traceId: traceIdOf(from + index),
              spanId: spanIdOf(from + index),
              attributes: [text('user', rare.has(from + index) ? 'grace hopper' : `u-${from + index}`)],
            }),
          ),
        )
      const filters: SpanFilter[] = [
        { text: 'HOPPER' },
        { attributes: [{ keys: ['user'], values: [{ type: 'string', value: 'grace hopper' }] }] },
      ]
      for (const filter of filters) {
        const found: string[] = []
        let pages = 0
        let after: SearchCursor | undefined
        do {
          const { spans, next } = await subject.reader.searchSpans(filter, after, {
            limit: 10,
            budgetMillis: -1,
          })
          found.push(...spans.map(({ span }) => span.spanId))
          after = next
          pages++
        } while (after !== undefined && pages < 5_000)
        expect(found).toEqual([3_500, 2_000, 1].map(spanIdOf))
        expect(pages).toBeGreaterThan(2)
      }
    })
  })

  describe('searchTraces', () => {
    it('tells each trace once though several of its spans match in several calls, over pages', async () => {
      for (const round of [0, 1])
        for (let number = 1; number <= 5; number++)
          await write(
            'a',
            makeSpan({ traceId: traceIdOf(number), spanId: spanIdOf(number + round * 10) }),
            makeSpan({ traceId: traceIdOf(number), spanId: spanIdOf(number + round * 10 + 100) }),
          )
      const first = await subject.reader.searchTraces({ service: 'a' }, undefined, {
        limit: 3,
        budgetMillis: 10_000,
      })
      expect(first.traces.map(({ traceId }) => traceId)).toEqual([5, 4, 3].map(traceIdOf))
      const second = await subject.reader.searchTraces({ service: 'a' }, first.next, {
        limit: 3,
        budgetMillis: 10_000,
      })
      expect(second.traces.map(({ traceId }) => traceId)).toEqual([2, 1].map(traceIdOf))
      expect(second.next).toBeUndefined()
    })

    it('sums a trace up', async () => {
      await write(
        'child',
        makeSpan({
          traceId: traceIdOf(1),
          spanId: spanIdOf(2),
          parentSpanId: spanIdOf(1),
          startTimeUnixNano: epoch - 5n,
          status: { code: 2, message: '' },
          links: [makeLink(traceIdOf(2), spanIdOf(9))],
        }),
      )
      await write('parent', makeSpan({ traceId: traceIdOf(1), spanId: spanIdOf(1), name: 'root' }))
      await write(
        'other',
        makeSpan({
          traceId: traceIdOf(3),
          spanId: spanIdOf(3),
          links: [makeLink(traceIdOf(1), spanIdOf(1))],
        }),
      )
      const { traces } = await subject.reader.searchTraces({ service: 'parent' }, undefined, page)
      expect(traces).toMatchObject([
        {
          traceId: traceIdOf(1),
          start: epoch - 5n,
          duration: 1_000_005n,
          spanCount: 2,
          errorCount: 1,
          root: { name: 'root', serviceName: 'parent' },
          hasRoot: true,
          services: [
            { serviceName: 'child', spanCount: 1, errorCount: 1 },
            { serviceName: 'parent', spanCount: 1, errorCount: 0 },
          ],
          linkCount: 1,
          linkedFromCount: 1,
        },
      ])
    })
  })

  describe('spansSince', () => {
    it('tells what arrived after a moment, once', async () => {
      await write('a', makeSpan({ traceId: traceIdOf(1), spanId: spanIdOf(1), name: 'before' }))
      let cursor = await subject.reader.latest()
      await write('a', makeSpan({ traceId: traceIdOf(1), spanId: spanIdOf(2), name: 'after' }))
      await write('b', makeSpan({ traceId: traceIdOf(1), spanId: spanIdOf(3), name: 'filtered' }))
      const first = await subject.reader.spansSince(cursor, { service: 'a' }, 10)
      expect(first.spans.map(({ span }) => span.name)).toEqual(['after'])
      cursor = first.cursor
      expect((await subject.reader.spansSince(cursor, {}, 10)).spans).toEqual([])
    })
  })

  describe('statistics', () => {
    it('counts by operation, service, minute and message', async () => {
      const timed = (number: number, millis: number, minute: number, error = '') =>
        makeSpan({
          traceId: traceIdOf(number),
          spanId: spanIdOf(number),
          name: millis > 50 ? 'slow' : 'quick',
          startTimeUnixNano: epoch + BigInt(minute) * 60_000_000_000n,
          endTimeUnixNano: epoch + BigInt(minute) * 60_000_000_000n + BigInt(millis) * 1_000_000n,
          status: { code: error === '' ? 0 : 2, message: error },
        })
      await write('a', timed(1, 10, 0), timed(2, 20, 0), timed(3, 30, 1), timed(4, 100, 1, 'boom'))
      await write('b', timed(5, 200, 5, 'boom'), timed(6, 200, 5, 'bang'))
      const operations = await subject.reader.operations({ ...wide, service: 'a' })
      expect(operations).toMatchObject([
        {
          serviceName: 'a',
          name: 'quick',
          kind: 1,
          stats: { spanCount: 3, errorCount: 0, rootCount: 3, average: 20_000_000 },
        },
        { name: 'slow', stats: { spanCount: 1, errorCount: 1, average: 100_000_000 } },
      ])
      const stats = operations[0]?.stats
      expect(Math.abs((stats?.p50 ?? 0) / 20e6 - 1)).toBeLessThan(0.032)
      expect(Math.abs((stats?.p999 ?? 0) / 30e6 - 1)).toBeLessThan(0.032)
      const minute = Number(epoch / 60_000_000_000n)
      expect(await subject.reader.services({ fromMinute: minute, toMinute: minute + 2 })).toMatchObject([
        { serviceName: 'a', stats: { spanCount: 4 } },
      ])
      expect(await subject.reader.timeSeries({ fromMinute: minute, toMinute: minute + 10 }, 2)).toMatchObject(
        [
          { minute, stats: { spanCount: 4, errorCount: 1 } },
          { minute: minute + 4, stats: { spanCount: 2, errorCount: 2 } },
        ],
      )
      expect(await subject.reader.topErrors(wide, 10)).toEqual([
        { message: 'boom', count: 2, example: expect.objectContaining({ spanId: spanIdOf(5) }) },
        { message: 'bang', count: 1, example: expect.objectContaining({ spanId: spanIdOf(6) }) },
      ])
      expect(await subject.reader.services({ ...wide, status: 2 })).toMatchObject([
        { serviceName: 'b', stats: { spanCount: 2, standardDeviation: 0 } },
        { serviceName: 'a', stats: { spanCount: 1, average: 100_000_000 } },
      ])
      expect(stats?.standardDeviation).toBeCloseTo(Math.sqrt(200 / 3) * 1e6, 0)
    })
  })

  describe('bounds', () => {
    it('lets the oldest traces go with their links and counts, and remembers when', async () => {
      await restart({ mostSpans: 100 })
      const linked = (number: number) =>
        makeSpan({
          traceId: traceIdOf(number),
          spanId: spanIdOf(number),
          name: `op ${number}`,
          links: [makeLink(traceIdOf(number - 1), spanIdOf(number - 1))],
          status: { code: 2, message: `error ${number}` },
        })
      for (let number = 1; number <= 101; number++) await write('a', linked(number))
      const status = await subject.reader.status()
      expect(status.spanCount).toBeLessThanOrEqual(100)
      expect(status).toMatchObject({
        evictedTraceCount: 101 - status.spanCount,
        traceCount: status.spanCount,
      })
      const last = status.evictedTraceCount
      expect(await subject.reader.know([{ traceId: traceIdOf(last), spanId: spanIdOf(last) }])).toEqual([
        { state: 'evicted', atMillis: now },
      ])
      expect(await subject.reader.trace(traceIdOf(1), 10)).toBeUndefined()
      // The link of the trace that went is gone, the one to it is not.
      expect(await subject.reader.incomingLinks(traceIdOf(last - 1), 10)).toEqual({
        links: [],
        counts: new Map(),
      })
      expect(status.linkCount).toBe(status.spanCount)
      expect((await subject.reader.incomingLinks(traceIdOf(last), 10)).links).toHaveLength(1)
      const operations = await subject.reader.operations(wide)
      expect(operations).toHaveLength(status.spanCount)
      expect(await subject.reader.topErrors(wide, 1_000)).toHaveLength(status.spanCount)
      expect(await found({})).toHaveLength(status.spanCount)
    })

    it('lets go what was received too long ago', async () => {
      await restart({ mostAgeMillis: 1_000 })
      await write('a', makeSpan({ traceId: traceIdOf(1), spanId: spanIdOf(1) }))
      now += 1_001
      await write('a', makeSpan({ traceId: traceIdOf(2), spanId: spanIdOf(2), name: 'kept' }))
      expect(await found({})).toEqual(['kept'])
    })

    it('takes a trace that was evicted when it comes again', async () => {
      await restart({ mostAgeMillis: 1_000 })
      const span = makeSpan({ traceId: traceIdOf(1), spanId: spanIdOf(1) })
      await write('a', span)
      now += 1_001
      await write('a', makeSpan({ traceId: traceIdOf(2), spanId: spanIdOf(2) }))
      await write('a', span)
      expect(await subject.reader.know([span])).toMatchObject([{ state: 'stored' }])
    })
  })

  describe('delete', () => {
    it('removes traces and remembers that a user did', async () => {
      const spans = [1, 2].map((number) =>
        makeSpan({ traceId: traceIdOf(number), spanId: spanIdOf(number), name: `${number}` }),
      )
      await write('a', ...spans)
      expect(await subject.store.delete([traceIdOf(1), traceIdOf(7)])).toBe(1)
      expect(await found({})).toEqual(['2'])
      expect(await subject.reader.know([{ traceId: traceIdOf(1), spanId: spanIdOf(1) }])).toEqual([
        { state: 'deleted', atMillis: now },
      ])
      expect(await subject.reader.status()).toMatchObject({
        spanCount: 1,
        traceCount: 1,
        evictedTraceCount: 0,
      })
    })
  })

  describe('count', () => {
    it('counts what other signals brought', async () => {
      await subject.store.count(3, 4)
      await subject.store.count(1, 0)
      expect(await subject.reader.status()).toMatchObject({ logRecordCount: 4, metricPointCount: 4 })
    })
  })
}
