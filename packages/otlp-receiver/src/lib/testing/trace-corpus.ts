import type { Encoding } from '../encoding.ts'
import type { AnyValue, KeyValue } from '../model/any-value.ts'
import type { ExportTraceServiceRequest, Span, SpanLink } from '../model/export-trace-service-request.ts'
import { ProtobufWriter } from '../protobuf/protobuf-writer.ts'
import { encodeTraces } from './encode-traces.ts'

/** One trace export that some receiver has got wrong. */
export type TraceCorpusCase = {
  readonly name: string
  /** What is left of it once `rejectedSpans` are gone. */
  readonly request: ExportTraceServiceRequest
  readonly rejectedSpans: number
  encode(encoding: Encoding): Uint8Array
}

const traceId = '5b8efff798038103d269b633813fc60c'
const second = 1_000_000_000n
const epoch = 1_764_000_000n * second

const spanIdOf = (index: number): string => (index + 1).toString(16).padStart(16, '0')

const span = (index: number, fields: Partial<Span> = {}): Span => ({
  traceId,
  spanId: spanIdOf(index),
  traceState: '',
  parentSpanId: '',
  flags: 0,
  name: `span ${index}`,
  kind: 1,
  startTimeUnixNano: epoch,
  endTimeUnixNano: epoch + second,
  attributes: [],
  droppedAttributesCount: 0,
  events: [],
  droppedEventsCount: 0,
  links: [],
  droppedLinksCount: 0,
  status: { message: '', code: 0 },
  ...fields,
})

const link = (fields: Partial<SpanLink> = {}): SpanLink => ({
  traceId: '0af7651916cd43dd8448eb211c80319c',
  spanId: 'b7ad6b7169203331',
  hasValidIds: true,
  traceState: '',
  attributes: [],
  droppedAttributesCount: 0,
  flags: 0,
  ...fields,
})

const string = (key: string, value: string): KeyValue => ({ key, value: { type: 'string', value } })

const int = (key: string, value: bigint): KeyValue => ({ key, value: { type: 'int', value } })

const double = (key: string, value: number): KeyValue => ({ key, value: { type: 'double', value } })

const requestOf = (spans: readonly Span[]): ExportTraceServiceRequest => ({
  resourceSpans: [
    {
      resource: {
        attributes: [string('service.name', 'corpus')],
        droppedAttributesCount: 0,
        entityRefs: [],
      },
      scopeSpans: [
        {
          scope: { name: 'corpus', version: '1', attributes: [], droppedAttributesCount: 0 },
          spans,
          schemaUrl: '',
        },
      ],
      schemaUrl: '',
    },
  ],
})

/** A case that is simply what it says, in either encoding. */
const plain = (name: string, spans: readonly Span[]): TraceCorpusCase => {
  const request = requestOf(spans)
  return { name, request, rejectedSpans: 0, encode: (encoding) => encodeTraces(request, encoding) }
}

/** A case of which the decoder keeps only some spans. */
const partly = (name: string, sent: readonly Span[], kept: readonly Span[]): TraceCorpusCase => ({
  name,
  request: requestOf(kept),
  rejectedSpans: sent.length - kept.length,
  encode: (encoding) => encodeTraces(requestOf(sent), encoding),
})

const nested = (levels: number): AnyValue => {
  let value: AnyValue = { type: 'string', value: 'innermost' }
  for (let level = 1; level < levels; level++) {
    value =
      level % 2 ? { type: 'array', value: [value] } : { type: 'kvlist', value: [{ key: 'inner', value }] }
  }
  return value
}

/** Two spans, the second with a value nested 20,000 deep: beyond what building and encoding it by recursion can do. */
const deep: TraceCorpusCase = {
  name: 'a value nested 20,000 deep',
  request: requestOf([span(0)]),
  rejectedSpans: 1,
  encode(encoding) {
    const levels = 20_000
    const marker = 'DEEP VALUE'
    const sent = requestOf([span(0), span(1, { attributes: [string('deep', marker)] })])
    if (encoding === 'json') {
      const value = `${'{"arrayValue":{"values":['.repeat(levels)}{}${']}}'.repeat(levels)}`
      const text = Buffer.from(encodeTraces(sent, 'json')).toString()
      return Buffer.from(text.replace(`{"stringValue":"${marker}"}`, value))
    }
    // Each level is `array_value: { values: {` around the one within; sizes first, so that nothing is copied per level.
    const sizes = [0]
    const varintSize = (length: number): number => (length < 128 ? 1 : length < 16_384 ? 2 : 3)
    for (let level = 0; level < levels; level++) {
      const inner = sizes[level] as number
      const item = 1 + varintSize(inner) + inner
      sizes.push(1 + varintSize(item) + item)
    }
    const value: number[] = []
    const push = (tag: number, length: number): void => {
      value.push(tag)
      let rest = length
      for (; rest > 0x7f; rest >>>= 7) value.push((rest & 0x7f) | 0x80)
      value.push(rest)
    }
    for (let level = levels; level > 0; level--) {
      const inner = sizes[level - 1] as number
      push(0x2a, 1 + varintSize(inner) + inner)
      push(0x0a, inner)
    }
    return new ProtobufWriter()
      .message(1, (resourceSpans) => {
        resourceSpans
          .message(1, (resource) => {
            resource.message(1, (it) => it.string(1, 'service.name').message(2, (v) => v.string(1, 'corpus')))
          })
          .message(2, (scopeSpans) => {
            scopeSpans.message(1, (scope) => scope.string(1, 'corpus').string(2, '1'))
            for (const [index, attributes] of [undefined, Uint8Array.from(value)].entries()) {
              scopeSpans.message(2, (it) => {
                it.bytes(1, Buffer.from(traceId, 'hex')).bytes(2, Buffer.from(spanIdOf(index), 'hex'))
                it.string(5, `span ${index}`).varint(6, 1).fixed64(7, epoch)
                it.fixed64(8, epoch + second)
                if (attributes) it.message(9, (attribute) => attribute.string(1, 'deep').bytes(2, attributes))
              })
            }
          })
      })
      .finish()
  },
}

/** Fields no version of OTLP has, at every level, in every wire type. */
const unknownFields: TraceCorpusCase = {
  name: 'unknown fields',
  request: requestOf([span(0, { attributes: [string('key', 'value')], links: [link()] })]),
  rejectedSpans: 0,
  encode(encoding) {
    if (encoding === 'json') {
      const unknown =
        '"unknown":{"nested":[1,-2.5e3,"\\"]}",true,false,null,{"":{}}]},"trace_id":"not a name",'
      const text = Buffer.from(encodeTraces(this.request, 'json')).toString()
      return Buffer.from(text.replaceAll(/\{(?="(?!service))/g, `{${unknown}`))
    }
    const unknown = (writer: ProtobufWriter): ProtobufWriter =>
      writer
        .varint(1000, -1)
        .fixed64(1001, 1n)
        .string(1002, 'unknown')
        .fixed32(1003, 1)
        // A group, which proto3 no longer has: field 1004 begins, holds field 1 (a varint), ends.
        .raw(Uint8Array.of(0xe3, 0x3e, 0x08, 0x01, 0xe4, 0x3e))
    return unknown(new ProtobufWriter())
      .message(1, (resourceSpans) => {
        unknown(resourceSpans)
          .message(1, (resource) => {
            unknown(resource).message(1, (it) => {
              unknown(it)
                .string(1, 'service.name')
                .message(2, (value) => unknown(unknown(value).string(1, 'corpus')))
            })
          })
          .message(2, (scopeSpans) => {
            unknown(scopeSpans)
              .message(1, (scope) => unknown(scope).string(1, 'corpus').string(2, '1'))
              .message(2, (it) => {
                unknown(it)
                  .bytes(1, Buffer.from(traceId, 'hex'))
                  .bytes(2, Buffer.from(spanIdOf(0), 'hex'))
                  .string(5, 'span 0')
                  .varint(6, 1)
                  .fixed64(7, epoch)
                  .fixed64(8, epoch + second)
                  .message(9, (attribute) =>
                    attribute.string(1, 'key').message(2, (v) => v.string(1, 'value')),
                  )
                  .message(13, (message) => {
                    unknown(message)
                      .bytes(1, Buffer.from(link().traceId, 'hex'))
                      .bytes(2, Buffer.from(link().spanId, 'hex'))
                  })
                  .message(15, (status) => unknown(status))
              })
          })
      })
      .finish()
  },
}

/** Trace exports for testing whatever receives, stores or shows traces: legal ones that surprise, and hostile ones. */
export const traceCorpus = (): readonly TraceCorpusCase[] => [
  { name: 'an empty export', request: { resourceSpans: [] }, rejectedSpans: 0, encode: emptyExport },
  plain('a resource and scope without spans', []),
  plain('a late root', [span(1, { parentSpanId: spanIdOf(0) }), span(0)]),
  plain('an orphan', [span(1, { parentSpanId: spanIdOf(7) })]),
  plain('a span that is its own parent', [span(0, { parentSpanId: spanIdOf(0) })]),
  plain('two spans that are each other’s parent', [
    span(0, { parentSpanId: spanIdOf(1) }),
    span(1, { parentSpanId: spanIdOf(0) }),
  ]),
  plain('one span twice', [span(0), span(0)]),
  plain('every field of a link', [
    span(0, {
      links: [
        link({
          traceState: 'ot=th:8;rv:9b8233f7e3a151,vendor=value',
          attributes: [string('linked_traces.relation', 'caller'), int('messaging.batch.index', 3n)],
          droppedAttributesCount: 4_294_967_295,
          flags: 0xffff_ffff,
        }),
        link({ traceId, spanId: spanIdOf(0), flags: 0x101 }),
      ],
      droppedLinksCount: 1,
    }),
  ]),
  plain('links with ids of no span', [
    span(0, {
      links: [
        link({ traceId: '0'.repeat(32), spanId: '0'.repeat(16), hasValidIds: false, traceState: 'a=b' }),
        link({ traceId: '', spanId: '', hasValidIds: false }),
        link({ traceId: 'abcd', hasValidIds: false }),
        link({ spanId: '0af7651916cd43dd8448eb211c80319c', hasValidIds: false }),
      ],
    }),
  ]),
  plain('a child that starts before and ends after its parent', [
    span(0),
    span(1, {
      parentSpanId: spanIdOf(0),
      startTimeUnixNano: epoch - 5n * second,
      endTimeUnixNano: epoch + 9n * second,
    }),
    span(2, { parentSpanId: spanIdOf(0), startTimeUnixNano: epoch, endTimeUnixNano: epoch - 1n }),
  ]),
  plain('times 0 and 2^64−1', [
    span(0, {
      startTimeUnixNano: 0n,
      endTimeUnixNano: 2n ** 64n - 1n,
      events: [
        { timeUnixNano: 0n, name: 'first', attributes: [], droppedAttributesCount: 0 },
        { timeUnixNano: 2n ** 64n - 1n, name: 'last', attributes: [], droppedAttributesCount: 1 },
      ],
    }),
    span(1, { startTimeUnixNano: 2n ** 53n + 1n, endTimeUnixNano: 2n ** 63n }),
  ]),
  plain('int64 extremes', [
    span(0, {
      attributes: [
        -(2n ** 63n),
        2n ** 63n - 1n,
        2n ** 53n + 1n,
        -(2n ** 53n) - 1n,
        2n ** 32n,
        2n ** 31n,
        1023n,
        1024n,
        0n,
        -1n,
      ].map((value) => int(`int ${value}`, value)),
    }),
  ]),
  plain('doubles JSON has no numbers for', [
    span(0, {
      attributes: [Number.NaN, Infinity, -Infinity, -0, 5e-324, 1.7976931348623157e308, 1e21, 0.1].map(
        (value, index) => double(`double ${index}`, value),
      ),
    }),
  ]),
  plain('every kind of value', [
    span(0, {
      attributes: [
        string('string', 'text'),
        string('empty string', ''),
        { key: 'true', value: { type: 'bool', value: true } },
        { key: 'false', value: { type: 'bool', value: false } },
        { key: 'bytes', value: { type: 'bytes', value: Uint8Array.of(0, 255, 254, 62, 63) } },
        { key: 'no bytes', value: { type: 'bytes', value: new Uint8Array() } },
        { key: 'empty', value: { type: 'empty', value: null } },
        { key: 'array', value: { type: 'array', value: [{ type: 'empty', value: null }, nested(4)] } },
        { key: 'no items', value: { type: 'array', value: [] } },
        { key: 'list', value: { type: 'kvlist', value: [string('same', '1'), string('same', '2')] } },
        { key: 'no entries', value: { type: 'kvlist', value: [] } },
        string('', 'a key of no length'),
        string('twice', '1'),
        string('twice', '2'),
        string('__proto__', 'a name JavaScript knows'),
      ],
    }),
  ]),
  plain('kinds, codes and flags of a later version', [
    span(0, { kind: 99, status: { message: 'from the future', code: 7 }, flags: 0xffff_ffff }),
    span(1, { kind: -1, status: { message: '', code: -2_147_483_648 } }),
  ]),
  plain('bidirectional, NUL and other text', [
    span(0, {
      name: 'shalom שלום \u202egpj.exe\u202c \u0000 \u001f " \\ / \u2028',
      traceState: 'ot=rv:9b8233f7e3a151',
      attributes: [
        string('clef 𝄞', '😀'.repeat(40)),
        string('\ufffd', 'a replacement character that was sent as such \ufffd'),
        string('e\u0301', '<img src=x onerror=alert(1)>'),
      ],
      status: { message: '\u0000', code: 2 },
    }),
  ]),
  plain('10,000 attributes', [
    span(0, { attributes: Array.from({ length: 10_000 }, (_, i) => int(`attribute ${i}`, BigInt(i))) }),
  ]),
  plain('a value nested 100 deep', [span(0, { attributes: [{ key: 'deep', value: nested(100) }] })]),
  partly(
    'a value nested 101 deep',
    [span(0), span(1, { attributes: [{ key: 'deep', value: nested(101) }] })],
    [span(0)],
  ),
  deep,
  unknownFields,
  partly(
    'spans without valid ids of their own',
    [
      span(0, { traceId: '' }),
      span(1, { traceId: '0'.repeat(32) }),
      span(2, { traceId: traceId.slice(2) }),
      span(3, { spanId: '' }),
      span(4, { spanId: '0'.repeat(16) }),
      span(5, { spanId: traceId }),
      span(6),
    ],
    [span(6)],
  ),
  plain(
    '50,000 spans',
    Array.from({ length: 50_000 }, (_, i) =>
      span(i, { parentSpanId: i === 0 ? '' : spanIdOf(i - 1), links: i % 4 ? [] : [link()] }),
    ),
  ),
]

const emptyExport = (encoding: Encoding): Uint8Array =>
  encoding === 'json' ? Buffer.from('{}') : new Uint8Array()
