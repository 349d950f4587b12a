import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeTraces } from './decode-traces.ts'
import type { Encoding } from './encoding.ts'
import type { AnyValue } from './model/any-value.ts'
import type { ExportTraceServiceRequest } from './model/export-trace-service-request.ts'
import { ProtobufWriter } from './protobuf/protobuf-writer.ts'
import { encodeTraces } from './testing/encode-traces.ts'
import { traceCorpus } from './testing/trace-corpus.ts'
import { TooLargeError } from './too-large-error.ts'
import { UndecodableError } from './undecodable-error.ts'

const encodings: readonly Encoding[] = ['json', 'protobuf']

const traceId = '5b8efff798038103d269b633813fc60c'
const spanId = 'eee19b7ec3c1b174'

const hex = (bytes: number) =>
  fc.uint8Array({ minLength: bytes, maxLength: bytes }).map((b) => Buffer.from(b).toString('hex'))
const validHex = (bytes: number) => hex(bytes).filter((id) => /[^0]/.test(id))
const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom('\\', '"', '\n', '\0', 'a', '}') }),
)
const time = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })
const count = fc.nat(0xffff_ffff)
const int32 = fc.integer({ min: -0x8000_0000, max: 0x7fff_ffff })

const { keyValue } = fc.letrec<{
  value: AnyValue
  keyValue: { key: string; value: AnyValue }
}>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.record({ type: fc.constant('string' as const), value: text }),
    fc.record({ type: fc.constant('bool' as const), value: fc.boolean() }),
    fc.record({
      type: fc.constant('int' as const),
      value: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    }),
    fc.record({ type: fc.constant('double' as const), value: fc.double() }),
    fc.record({ type: fc.constant('bytes' as const), value: fc.uint8Array() }),
    fc.constant({ type: 'empty' as const, value: null }),
    fc.record({ type: fc.constant('array' as const), value: fc.array(tie('value'), { maxLength: 4 }) }),
    fc.record({ type: fc.constant('kvlist' as const), value: fc.array(tie('keyValue'), { maxLength: 4 }) }),
  ),
  keyValue: fc.record({ key: text, value: tie('value') }),
}))
const attributes = fc.array(keyValue, { maxLength: 6 })

const span = fc.record({
  traceId: validHex(16),
  spanId: validHex(8),
  traceState: text,
  parentSpanId: fc.oneof(fc.constant(''), hex(8), hex(3)),
  flags: count,
  name: text,
  kind: int32,
  startTimeUnixNano: time,
  endTimeUnixNano: time,
  attributes,
  droppedAttributesCount: count,
  events: fc.array(fc.record({ timeUnixNano: time, name: text, attributes, droppedAttributesCount: count }), {
    maxLength: 3,
  }),
  droppedEventsCount: count,
  links: fc.array(
    fc.record({
      traceId: validHex(16),
      spanId: validHex(8),
      hasValidIds: fc.constant(true),
      traceState: text,
      attributes,
      droppedAttributesCount: count,
      flags: count,
    }),
    { maxLength: 3 },
  ),
  droppedLinksCount: count,
  status: fc.record({ message: text, code: int32 }),
})

const request: fc.Arbitrary<ExportTraceServiceRequest> = fc.record({
  resourceSpans: fc.array(
    fc.record({
      resource: fc.record({
        attributes,
        droppedAttributesCount: count,
        entityRefs: fc.array(
          fc.record({
            schemaUrl: text,
            type: text,
            idKeys: fc.array(text, { maxLength: 2 }),
            descriptionKeys: fc.array(text, { maxLength: 2 }),
          }),
          { maxLength: 2 },
        ),
      }),
      scopeSpans: fc.array(
        fc.record({
          scope: fc.record({ name: text, version: text, attributes, droppedAttributesCount: count }),
          spans: fc.array(span, { maxLength: 3 }),
          schemaUrl: text,
        }),
        { maxLength: 2 },
      ),
      schemaUrl: text,
    }),
    { maxLength: 2 },
  ),
})

const json = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value))

/** An export of one span with these members, in JSON. */
const oneSpan = (members: object): Uint8Array =>
  json({ resourceSpans: [{ scopeSpans: [{ spans: [{ traceId, spanId, ...members }] }] }] })

const decodedSpan = (body: Uint8Array, encoding: Encoding = 'json') =>
  decodeTraces(body, encoding).request.resourceSpans[0]?.scopeSpans[0]?.spans[0]

/** An export of one span with these fields besides its ids, in protobuf. */
const spanFields = (write: (span: ProtobufWriter) => void): Uint8Array =>
  new ProtobufWriter()
    .message(1, (resourceSpans) =>
      resourceSpans.message(2, (scopeSpans) =>
        scopeSpans.message(2, (it) => {
          it.bytes(1, Buffer.from(traceId, 'hex')).bytes(2, Buffer.from(spanId, 'hex'))
          write(it)
        }),
      ),
    )
    .finish()

const thrown = (run: () => unknown): unknown => {
  try {
    run()
  } catch (error) {
    return error
  }
  throw new Error('nothing was thrown')
}

describe('decodeTraces', () => {
  it.each(encodings)('gives back, from %s, exactly what any sender encoded', (encoding) => {
    fc.assert(
      fc.property(request, (sent) => {
        const decoded = decodeTraces(encodeTraces(sent, encoding), encoding)
        expect(decoded.request).toEqual(sent)
        expect([decoded.rejectedSpans, decoded.errorMessage]).toEqual([0, ''])
      }),
      { numRuns: 150 },
    )
  })

  it('reads JSON alike with and without white space and escapes, and whichever member comes first', () => {
    const spaced = (value: unknown): unknown =>
      Array.isArray(value)
        ? value.map(spaced)
        : typeof value === 'object' && value !== null
          ? Object.fromEntries(
              Object.entries(value)
                .reverse()
                .map(([name, of]) => [name, spaced(of)]),
            )
          : value
    const escaped = (text: string): string =>
      text.replace(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    fc.assert(
      fc.property(request, (sent) => {
        const other = JSON.stringify(
          spaced(JSON.parse(Buffer.from(encodeTraces(sent, 'json')).toString())),
          null,
          1,
        )
        expect(decodeTraces(Buffer.from(escaped(other)), 'json').request).toEqual(sent)
      }),
      { numRuns: 100 },
    )
  })

  describe.each(traceCorpus().map((it) => [it.name, it] as const))('%s', (_, corpusCase) => {
    it.each(encodings)('decodes from %s to the same value', (encoding) => {
      const decoded = decodeTraces(corpusCase.encode(encoding), encoding)
      expect(decoded.rejectedSpans).toBe(corpusCase.rejectedSpans)
      expect(decoded.request).toEqual(corpusCase.request)
      const spans = corpusCase.request.resourceSpans.flatMap((it) => it.scopeSpans.flatMap((s) => s.spans))
      expect(decoded.spanCount).toBe(spans.length)
      expect(decoded.errorMessage === '').toBe(corpusCase.rejectedSpans === 0)
    })
  })

  it('says of each rejected span why, and where the first stood', () => {
    const spans = [
      { traceId, spanId, name: 'good' },
      { traceId: '', spanId },
      { traceId: '0'.repeat(32), spanId },
      { traceId, spanId: 'xyz' },
      { traceId: 'W47/95gDgQPSabYzgT/GDA==', spanId: '7uGbfsPBsXQ=' },
      { traceId, spanId: '7uGbfsPBsXQ' },
    ]
    const decoded = decodeTraces(json({ resourceSpans: [{ scopeSpans: [{}, { spans }] }] }), 'json')
    expect(decoded.request.resourceSpans[0]?.scopeSpans[1]?.spans.map(({ name }) => name)).toEqual(['good'])
    expect(decoded).toMatchObject({ spanCount: 1, rejectedSpans: 5 })
    expect(decoded.errorMessage).toBe(
      'Rejected 5 spans: traceId is not 16 bytes or is all zero (2 spans, first at ' +
        'resourceSpans[0].scopeSpans[1].spans[1]); spanId is not 8 bytes or is all zero (at ' +
        'resourceSpans[0].scopeSpans[1].spans[3]); ids are base64, OTLP/JSON wants hex (2 spans, first at ' +
        'resourceSpans[0].scopeSpans[1].spans[4]).',
    )
  })

  it('does not take protobuf ids of a wrong length for base64', () => {
    const body = spanFields((it) => it.bytes(1, Buffer.alloc(11, 1)))
    expect(decodeTraces(body, 'protobuf').errorMessage).toContain('traceId is not 16 bytes')
  })

  it.each(encodings)('tells trace ids apart that differ in one byte, in %s', (encoding) => {
    const ids = Array.from({ length: 16 }, (_, at) => {
      const bytes = Buffer.alloc(16, 0x11)
      bytes[at] = 0x22
      return bytes.toString('hex')
    })
    const sent = traceCorpus().find(({ name }) => name === 'an orphan')?.request.resourceSpans[0]
    const scopeSpans = sent?.scopeSpans[0]
    const span = scopeSpans?.spans[0]
    if (!sent || !scopeSpans || !span) throw new Error('the corpus has changed')
    const spans = ids.map((id) => ({ ...span, traceId: id }))
    const request = { resourceSpans: [{ ...sent, scopeSpans: [{ ...scopeSpans, spans }] }] }
    expect(decodeTraces(encodeTraces(request, encoding), encoding).request).toEqual(request)
  })

  it('lets a bad scope cost its own spans, and a bad resource all under it', () => {
    const tooDeep = [{ key: 'deep', value: nestedJson(101) }]
    const good = { spans: [{ traceId, spanId, name: 'good' }] }
    const decoded = decodeTraces(
      json({
        resourceSpans: [
          { scopeSpans: [good, { ...good, scope: { attributes: tooDeep } }, good] },
          { scopeSpans: [good, good], resource: { attributes: tooDeep } },
          { scopeSpans: [good] },
        ],
      }),
      'json',
    )
    expect(decoded.request.resourceSpans.map((it) => it.scopeSpans.map((s) => s.spans.length))).toEqual([
      [1, 1],
      [1],
    ])
    expect(decoded).toMatchObject({ spanCount: 3, rejectedSpans: 3 })
    expect(decoded.errorMessage).toBe(
      'Rejected 3 spans: its scope: a value nests deeper than 100 levels (at resourceSpans[0].scopeSpans[1]); ' +
        'its resource: a value nests deeper than 100 levels (2 spans, first at resourceSpans[1]).',
    )
  })

  it('rejects a span whose text is not Unicode, alone', () => {
    const invalid = spanFields((it) => it.bytes(5, Uint8Array.of(0x61, 0xff)))
    expect(decodeTraces(invalid, 'protobuf')).toMatchObject({
      spanCount: 0,
      rejectedSpans: 1,
      errorMessage: expect.stringContaining('a text is not valid Unicode'),
    })
    const half = Buffer.from(
      Buffer.from(oneSpan({ name: 'half: HALF' }))
        .toString()
        .replace('HALF', '\\ud800'),
    )
    expect(decodeTraces(half, 'json')).toMatchObject({ spanCount: 0, rejectedSpans: 1 })
  })

  describe.each(encodings)('of attributes that repeat, in %s', (encoding) => {
    const encoded = (attributes: readonly { key: string; value: AnyValue }[]) => {
      const sent = traceCorpus().find(({ name }) => name === 'an orphan')?.request.resourceSpans[0]
      const scopeSpans = sent?.scopeSpans[0]
      const span = scopeSpans?.spans[0]
      if (!sent || !scopeSpans || !span) throw new Error('the corpus has changed')
      const request = {
        resourceSpans: [{ ...sent, scopeSpans: [{ ...scopeSpans, spans: [{ ...span, attributes }] }] }],
      }
      return encodeTraces(request, encoding)
    }

    it('gives what came the first time', () => {
      const few = fc.record({
        key: fc.constantFrom('', 'a', 'b', 'k\ufffd', 'x'.repeat(130)),
        value: fc.oneof(
          fc.record({
            type: fc.constant('string' as const),
            value: fc.constantFrom(
              '',
              'a',
              'b',
              '"',
              'é',
              '}}',
              '1',
              '\ufffd',
              'y'.repeat(126),
              'y'.repeat(200),
            ),
          }),
          fc.record({
            type: fc.constant('int' as const),
            value: fc.constantFrom(
              0n,
              1n,
              -1n,
              127n,
              128n,
              1023n,
              1024n,
              2n ** 31n,
              2n ** 63n - 1n,
              -(2n ** 63n),
            ),
          }),
          fc.record({ type: fc.constant('bool' as const), value: fc.boolean() }),
        ),
      })
      fc.assert(
        fc.property(fc.array(fc.oneof(few, keyValue), { maxLength: 8 }), (attributes) => {
          const body = encoded(attributes)
          for (let again = 0; again < 3; again++)
            expect(decodedSpan(body, encoding)?.attributes).toEqual(attributes)
        }),
      )
    })

    it('gives one object for them', () => {
      const attributes = [
        { key: 'http.request.method', value: { type: 'string', value: 'GET' } },
        { key: 'http.response.status_code', value: { type: 'int', value: 200n } },
      ] as const
      const decode = () => decodedSpan(encoded(attributes), encoding)?.attributes ?? []
      for (let again = 0; again < 3; again++) decode()
      const [method, status] = decode()
      expect(decode()[0]).toBe(method)
      expect(decode()[1]).toBe(status)
    })
  })

  it('rejects what is wrong with an attribute however often it comes', () => {
    const invalidText = spanFields((it) => {
      it.message(9, (attribute) =>
        attribute.string(1, 'key').message(2, (value) => value.bytes(1, Uint8Array.of(0x61, 0xff))),
      )
    })
    const invalidKey = spanFields((it) => {
      it.message(9, (attribute) =>
        attribute.bytes(1, Uint8Array.of(0x61, 0xff)).message(2, (value) => value.string(1, 'text')),
      )
    })
    const outOfRange = oneSpan({ attributes: [{ key: 'key', value: { intValue: '9223372036854775808' } }] })
    for (let again = 0; again < 4; again++) {
      expect(decodeTraces(invalidText, 'protobuf')).toMatchObject({ rejectedSpans: 1 })
      expect(decodeTraces(invalidKey, 'protobuf')).toMatchObject({ rejectedSpans: 1 })
      expect(decodeTraces(outOfRange, 'json')).toMatchObject({ rejectedSpans: 1 })
    }
  })

  it.each([
    [
      'protobuf',
      spanFields((it) => {
        it.message(9, (attribute) => attribute.varint(3, 5).message(2, (value) => value.varint(8, 1)))
      }),
    ],
    ['json', oneSpan({ attributes: [{ keyStrindex: 5, value: { stringValueStrindex: 1 } }] })],
  ] as const)('reads references of profiles as unset and says so (%s)', (encoding, body) => {
    expect(decodedSpan(body, encoding)?.attributes).toEqual([
      { key: '', value: { type: 'empty', value: null } },
    ])
    expect(decodeTraces(body, encoding)).toMatchObject({
      rejectedSpans: 0,
      errorMessage: 'keyStrindex and stringValueStrindex belong to profiles and were read as unset.',
    })
  })

  it('says so of references of profiles beside what is plain, however often they come', () => {
    const beside = spanFields((it) => {
      it.message(9, (attribute) => attribute.string(1, 'key').message(2, (v) => v.varint(8, 1).varint(3, 1)))
    })
    for (let again = 0; again < 4; again++)
      expect(decodeTraces(beside, 'protobuf').errorMessage).toContain('belong to profiles')
  })

  it.each(encodings)('refuses %s that decodes to more messages than fit into memory', (encoding) => {
    const body =
      encoding === 'json'
        ? oneSpan({ attributes: new Array(4 * 1024 * 1024).fill({}) })
        : spanFields((it) => it.raw(Buffer.alloc(8 * 1024 * 1024, Uint8Array.of(0x4a, 0x00))))
    const error = thrown(() => decodeTraces(body, encoding))
    expect(error).toBeInstanceOf(TooLargeError)
    expect(String(error)).toContain('larger than 4194304 messages when decoded')
  })

  describe('of protobuf', () => {
    it('merges a message field that occurs twice, and lets the last scalar win', () => {
      const body = spanFields((it) => {
        it.string(5, 'first').string(5, 'second')
        it.message(15, (status) => status.string(2, 'why')).message(15, (status) => status.varint(3, 2))
        it.message(9, (attribute) => {
          attribute.string(1, 'list')
          attribute.message(2, (v) => v.message(5, (array) => array.message(1, (i) => i.string(1, 'a'))))
          attribute.message(2, (v) => v.message(5, (array) => array.message(1, (i) => i.string(1, 'b'))))
        })
        it.message(9, (attribute) => {
          attribute.message(2, (v) => v.message(5, () => {}).varint(3, 7))
        })
      })
      expect(decodedSpan(body, 'protobuf')).toMatchObject({
        name: 'second',
        status: { message: 'why', code: 2 },
        attributes: [
          {
            value: {
              type: 'array',
              value: [
                { type: 'string', value: 'a' },
                { type: 'string', value: 'b' },
              ],
            },
          },
          { value: { type: 'int', value: 7n } },
        ],
      })
    })

    it('takes a known field in another wire type for an unknown one', () => {
      expect(
        decodedSpan(
          spanFields((it) => it.varint(5, 3).fixed32(6, 9)),
          'protobuf',
        ),
      ).toMatchObject({
        name: '',
        kind: 0,
      })
    })

    it.each([
      ['a cut-off varint', Uint8Array.of(0x0a, 0x80), /at byte 1: a varint is cut off/],
      [
        'a varint of 11 bytes',
        Uint8Array.of(0x08, ...new Array(10).fill(0x80), 0),
        /a varint is longer than 10 bytes/,
      ],
      ['a field past the end', Uint8Array.of(0x0a, 5, 0x0a), /a field of 5 bytes runs past the end/],
      ['a field past its message', Uint8Array.of(0x0a, 2, 0x1a, 1, 0x61), /runs past the end/],
      ['a length beyond 32 bits', Uint8Array.of(0x0a, 0x80, 0x80, 0x80, 0x80, 0x80, 1), /runs past the end/],
      ['field number 0', Uint8Array.of(0x02, 0), /a field has number 0/],
      ['a field number beyond 2^29', Uint8Array.of(0x80, 0x80, 0x80, 0x80, 0x10), /larger than 2\^29-1/],
      ['wire type 6', Uint8Array.of(0x0e), /wire type 6 does not exist/],
      ['a group that does not end', Uint8Array.of(0x0b, 0x08, 1), /a varint is cut off/],
      ['a group that ends as another', Uint8Array.of(0x0b, 0x14), /a group ends that did not begin/],
      ['a group that did not begin', Uint8Array.of(0x0c), /a group ends that did not begin/],
      ['groups in groups without end', Buffer.alloc(4096, 0x0b), /groups nest deeper than 100/],
      ['a cut-off double', Uint8Array.of(0x09, 0, 0), /a fixed-size field is cut off/],
      ['JSON', Buffer.from('{"resourceSpans":[]}'), /Malformed protobuf/],
    ])('refuses %s', (_, body, message) => {
      const error = thrown(() => decodeTraces(body, 'protobuf'))
      expect(error).toBeInstanceOf(UndecodableError)
      expect(error).toMatchObject({ code: 'OTLP_UNDECODABLE', message: expect.stringMatching(message) })
    })

    it('never gives anything but a decoded request or an UndecodableError for broken bytes', () => {
      const sane = traceCorpus()
        .filter(({ name }) => name.startsWith('every'))
        .map((it) => it.encode('protobuf'))
      fc.assert(
        fc.property(
          fc.constantFrom(...sane),
          fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 5 }),
          (bytes, changes) => {
            const broken = Uint8Array.from(bytes)
            for (const [at, byte] of changes) broken[at % broken.length] = byte
            try {
              decodeTraces(broken, 'protobuf')
            } catch (error) {
              expect(error).toBeInstanceOf(UndecodableError)
            }
          },
        ),
        { numRuns: 1000 },
      )
    })
  })

  describe('of JSON', () => {
    it('reads ids in any case', () => {
      const upper = oneSpan({
        traceId: traceId.toUpperCase(),
        spanId: spanId.toUpperCase(),
        parentSpanId: 'EEE19B7EC3C1B173',
        links: [{ traceId: '0AF7651916CD43DD8448EB211C80319C', spanId: 'B7AD6B7169203331' }],
      })
      expect(decodedSpan(upper)).toMatchObject({
        traceId,
        spanId,
        parentSpanId: 'eee19b7ec3c1b173',
        links: [
          { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', hasValidIds: true },
        ],
      })
    })

    it('keeps a link whose ids are no hex, as they were written, and flags it', () => {
      const links = [
        { traceId: 'W47/95gDgQPSabYzgT/GDA==', spanId: 'caller' },
        { traceId, spanId: 'zzzzzzzzzzzzzzzz' },
        { traceId: 'z'.repeat(32), spanId },
      ]
      expect(decodedSpan(oneSpan({ links }))?.links).toMatchObject(
        links.map((link) => ({ ...link, hasValidIds: false })),
      )
    })

    it('reads 64-bit numbers exactly, as strings and as numbers, also 1.0 and 1e2', () => {
      const body = Buffer.from(
        `{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"${traceId}","spanId":"${spanId}",` +
          '"startTimeUnixNano":1764000000123456789,"endTimeUnixNano":"18446744073709551615",' +
          '"flags":"4294967295","droppedLinksCount":1e2,"kind":"3",' +
          '"attributes":[{"value":{"intValue":-9223372036854775808}},{"value":{"intValue":"9223372036854775807"}},' +
          '{"value":{"intValue":9.007199254740993e15}},{"value":{"intValue":"-1.50e1"}},{"value":{"intValue":0e99999}},' +
          '{"value":{"intValue":-0}},{"value":{"doubleValue":"1.5"}},{"value":{"doubleValue":12345678901234567890}}]}]}]}]}',
      )
      expect(decodedSpan(body)).toMatchObject({
        startTimeUnixNano: 1764000000123456789n,
        endTimeUnixNano: 18446744073709551615n,
        flags: 4294967295,
        droppedLinksCount: 100,
        kind: 3,
        attributes: [
          -9223372036854775808n,
          9223372036854775807n,
          9007199254740993n,
          -15n,
          0n,
          0n,
          1.5,
          12345678901234567000,
        ].map((value) => ({ value: { value } })),
      })
    })

    it.each([
      ['intValue', '9223372036854775808', '{"attributes":[{"value":{"intValue":INTEGER}}]}'],
      ['intValue', '-9223372036854775809', '{"attributes":[{"value":{"intValue":INTEGER}}]}'],
      ['intValue', '1e21', '{"attributes":[{"value":{"intValue":INTEGER}}]}'],
      ['intValue', '1e999999999', '{"attributes":[{"value":{"intValue":INTEGER}}]}'],
      ['flags', '4294967296', '{"flags":INTEGER}'],
      ['kind', '-2147483649', '{"kind":INTEGER}'],
      ['endTimeUnixNano', '"18446744073709551616"', '{"endTimeUnixNano":INTEGER}'],
      ['endTimeUnixNano', '-1', '{"endTimeUnixNano":INTEGER}'],
    ])('rejects alone a span whose %s is %s', (_, integer, members) => {
      const bad = Buffer.from(oneSpan({ rest: 0 }))
        .toString()
        .replace('"rest":0', members.replace('INTEGER', integer).slice(1, -1))
      expect(decodeTraces(Buffer.from(bad), 'json')).toMatchObject({
        spanCount: 0,
        rejectedSpans: 1,
        errorMessage: expect.stringContaining('an integer is beyond the range of its field'),
      })
    })

    it('reads integers in the form that every SDK writes as in any other', () => {
      const tokens = [
        '0',
        '-0',
        '7',
        '-7',
        '007',
        '"007"',
        '"7"',
        '"-7"',
        '""',
        '"',
        '-',
        '7.0',
        '7e1',
        '"7.0"',
        '7x',
        '"7x"',
        'null',
      ]
      tokens.push(
        ...['9223372036854775807', '-9223372036854775808', '9223372036854775808', '99999999999999999999'],
      )
      tokens.push(
        ...[
          '999999999',
          '9999999999',
          '4294967295',
          '4294967296',
          '2147483647',
          '2147483648',
          '1234567890123',
        ],
      )
      const template = Buffer.from(
        oneSpan({
          flags: 1,
          kind: 1,
          startTimeUnixNano: 1,
          attributes: [{ key: 'k', value: { intValue: 1 } }],
        }),
      ).toString()
      const outcome = (text: string) => {
        try {
          return decodeTraces(Buffer.from(text), 'json')
        } catch (error) {
          if (error instanceof UndecodableError) return 'undecodable'
          throw error
        }
      }
      for (const name of ['flags', 'kind', 'startTimeUnixNano', 'intValue']) {
        const replaced = (by: string) => template.replace(`"${name}":1`, by)
        for (const token of tokens) {
          const others = [`"${name}" : ${token}`]
          if (/^[\d-]+$/.test(token)) others.push(`"${name}" : "${token}"`)
          for (const other of others) {
            for (let again = 0; again < 3; again++)
              expect(outcome(replaced(`"${name}":${token}`)), token).toEqual(outcome(replaced(other)))
          }
        }
      }
    })

    it('reads null as the default, everywhere', () => {
      const body = json({
        resourceSpans: [
          null,
          { resource: null, scopeSpans: null, schemaUrl: null },
          {
            resource: { attributes: null, droppedAttributesCount: null, entityRefs: null },
            scopeSpans: [
              {
                scope: null,
                schemaUrl: null,
                spans: [
                  {
                    traceId,
                    spanId,
                    ...Object.fromEntries(
                      [
                        'traceState parentSpanId flags name kind startTimeUnixNano endTimeUnixNano events status',
                        'droppedAttributesCount droppedEventsCount links droppedLinksCount',
                      ]
                        .join(' ')
                        .split(' ')
                        .map((name) => [name, null]),
                    ),
                    attributes: [
                      { key: null, value: null },
                      { key: 'k', value: { stringValue: null } },
                      { key: 'b', value: { boolValue: null, bytesValue: null, arrayValue: null } },
                    ],
                  },
                ],
              },
            ],
          },
        ],
      })
      const empty = { type: 'empty', value: null }
      expect(decodeTraces(body, 'json')).toMatchObject({ spanCount: 1, rejectedSpans: 0 })
      expect(decodeTraces(body, 'json').request.resourceSpans[2]?.scopeSpans[0]?.spans[0]).toMatchObject({
        traceState: '',
        flags: 0,
        startTimeUnixNano: 0n,
        events: [],
        links: [],
        status: { message: '', code: 0 },
        attributes: [
          { key: '', value: empty },
          { key: 'k', value: empty },
          { key: 'b', value: empty },
        ],
      })
    })

    it('reads base64 with either alphabet, padded or not', () => {
      const attributes = ['+/+/AA==', '-_-_AA', ''].map((bytesValue) => ({ value: { bytesValue } }))
      expect(decodedSpan(oneSpan({ attributes }))?.attributes.map(({ value }) => value.value)).toEqual([
        Uint8Array.of(0xfb, 0xff, 0xbf, 0),
        Uint8Array.of(0xfb, 0xff, 0xbf, 0),
        new Uint8Array(),
      ])
    })

    it('ignores a byte order mark, white space and names in the proto’s own spelling', () => {
      const body = Buffer.from(
        `\ufeff \r\n\t{ "resource_spans" : [ 1 ] , "resourceSpans" : [ { "scopeSpans" : [ { "spans" : [ ` +
          `{ "traceId" : "${traceId}" , "spanId" : "${spanId}" , "name" : "\\u0061\\n" } ] } ] } ] } \n`,
      )
      expect(decodedSpan(body)?.name).toBe('a\n')
    })

    it.each([
      ['an empty body', '', '', /expected an object, found the end of the body/],
      ['an array', '[]', '', /expected an object, found an array/],
      ['something after the document', '{} x', '', /expected the end of the body, found "x"/],
      ['a trailing comma', '{"resourceSpans":[{},]}', 'resourceSpans[1]', /expected an object, found "]"/],
      ['a comma too many', '{"resourceSpans":[],}', '', /expected a name in double quotes, found "}"/],
      ['a missing colon', '{"resourceSpans" []}', '', /expected ":", found an array/],
      [
        'a cut-off document',
        '{"resourceSpans":[{"schemaUrl":"h',
        'resourceSpans[0].schemaUrl',
        /a string's end/,
      ],
      [
        'a field of a wrong type',
        '{"resourceSpans":[{},{"scopeSpans":[{"spans":[{"name":5}]}]}]}',
        'resourceSpans[1].scopeSpans[0].spans[0].name',
        /at byte 54 \(.*\): expected a string, found a number/,
      ],
      [
        'the name of an enum value',
        '{"resourceSpans":[{"scopeSpans":[{"spans":[{"kind":"SPAN_KIND_SERVER"}]}]}]}',
        'resourceSpans[0].scopeSpans[0].spans[0].kind',
        /expected an integer, found a string/,
      ],
      [
        'half an integer',
        '{"resourceSpans":[{"resource":{"droppedAttributesCount":1.5}}]}',
        'resourceSpans[0].resource.droppedAttributesCount',
        /integer/,
      ],
      [
        'an empty number',
        '{"resourceSpans":[{"scopeSpans":[{"spans":[{"flags":""}]}]}]}',
        'resourceSpans[0].scopeSpans[0].spans[0].flags',
        /integer/,
      ],
      ['a number with a leading zero', '{"unknown":01}', 'unknown', /expected a number/],
      ['an escape that is none', '{"\\x":1}', '', /valid escapes/],
      ['a raw control character', '{"a\u0001":1}', '', /without control characters/],
      ['mismatched brackets', '{"unknown":[{]}', 'unknown[0]', /expected a name/],
      ['a word that is no JSON', '{"unknown":nul}', 'unknown', /expected a value, found "n"/],
      [
        'bad base64',
        '{"resourceSpans":[{"resource":{"attributes":[{"value":{"bytesValue":"a"}}]}}]}',
        'resourceSpans[0].resource.attributes[0].value.bytesValue',
        /expected base64/,
      ],
      [
        'a double that is no number',
        '{"resourceSpans":[{"resource":{"attributes":[{"value":{"doubleValue":"nan"}}]}}]}',
        'resourceSpans[0].resource.attributes[0].value.doubleValue',
        /"NaN"/,
      ],
    ])('refuses %s', (_, body, field, message) => {
      const error = thrown(() => decodeTraces(Buffer.from(body), 'json'))
      expect(error).toBeInstanceOf(UndecodableError)
      expect(error).toMatchObject({ field, message: expect.stringMatching(message) })
    })

    it('refuses bytes that are not UTF-8', () => {
      const error = thrown(() => decodeTraces(Uint8Array.of(0x7b, 0xff, 0x7d), 'json'))
      expect(error).toMatchObject({ message: 'Malformed OTLP/JSON: the body is not valid UTF-8.' })
    })

    it('accepts and refuses the same documents as JSON.parse does', () => {
      const pieces = [
        '{',
        '}',
        '[',
        ']',
        ',',
        ':',
        '"a"',
        '"\\u00e9"',
        '1',
        '-0.5e3',
        'true',
        'null',
        ' ',
        '"',
        '01',
      ]
      fc.assert(
        fc.property(
          fc.oneof(
            fc.json({ maxDepth: 4 }),
            fc.array(fc.constantFrom(...pieces), { maxLength: 12 }).map((all) => all.join('')),
          ),
          (document) => {
            const body = `{"unknown":${document}}`
            let isJson = true
            try {
              JSON.parse(body)
            } catch {
              isJson = false
            }
            if (isJson) expect(decodeTraces(Buffer.from(body), 'json').spanCount).toBe(0)
            else expect(() => decodeTraces(Buffer.from(body), 'json')).toThrow(UndecodableError)
          },
        ),
        { numRuns: 2000 },
      )
    })
  })
})

function nestedJson(levels: number): object {
  let value: object = { stringValue: 'innermost' }
  for (let level = 1; level < levels; level++) value = { arrayValue: { values: [value] } }
  return value
}
