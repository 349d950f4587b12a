import protobuf from 'protobufjs'
import { describe, expect, it } from 'vitest'
import { decodeTraces } from '../src/index.ts'
import { encodeTraces, traceCorpus } from '../src/testing.ts'
import { encodeMessage, messageType } from './otlp-proto.ts'

const traceId = '5b8efff798038103d269b633813fc60c'
const spanId = 'eee19b7ec3c1b174'
const ids = { traceId: Buffer.from(traceId, 'hex'), spanId: Buffer.from(spanId, 'hex') }

type Step = { readonly name: string; readonly repeated: boolean }
type Leaf = { readonly path: readonly Step[]; readonly field: protobuf.Field }

/** Every field a trace export can carry that is not itself a message; values are walked one level deep. */
const leavesOf = (type: protobuf.Type, path: readonly Step[] = [], seen: readonly string[] = []): Leaf[] =>
  type.fieldsArray.flatMap((field) => {
    const resolved = field.resolve().resolvedType
    const step = { name: field.name, repeated: field.repeated }
    if (!(resolved instanceof protobuf.Type)) return [{ path: [...path, step], field }]
    if (seen.includes(resolved.name)) return []
    return leavesOf(resolved, [...path, step], [...seen, resolved.name])
  })

/** A value no decoder would make up, and what the decoded model calls it. */
const sample = ({ field, path }: Leaf): { sent: unknown; json: unknown } => {
  const inValue = path.at(-2)?.name === 'value'
  switch (field.type) {
    case 'string':
      return { sent: 'A sample', json: 'A sample' }
    case 'bool':
      return { sent: true, json: true }
    case 'double':
      return { sent: 1.5, json: 1.5 }
    case 'bytes': {
      const bytes = Buffer.from(field.name === 'traceId' ? 'a1'.repeat(16) : 'b2'.repeat(8), 'hex')
      return { sent: bytes, json: inValue ? bytes.toString('base64') : bytes.toString('hex') }
    }
    case 'fixed64':
    case 'int64':
      return { sent: 4_000_000_000, json: '4000000000' }
    case 'int32':
    case 'uint32':
    case 'fixed32':
      return { sent: 77, json: 77 }
    default:
      throw new Error(`${field.type} is new here`)
  }
}

const place = (path: readonly Step[], value: unknown, besides: Record<string, unknown>): unknown => {
  const [step, ...rest] = path
  if (step === undefined) return value
  const inner = place(rest, value, besides)
  return {
    // A span without ids would be rejected, whatever else it has.
    ...(step.name === 'spans' ? {} : undefined),
    [step.name]: step.repeated
      ? [step.name === 'spans' ? { ...besides, ...(inner as object) } : inner]
      : inner,
  }
}

/** Everything that was decoded, and a sample wherever it is found. */
const flat = (value: unknown): string =>
  JSON.stringify(value, (_, item: unknown) => {
    if (typeof item === 'bigint') return String(item)
    return item instanceof Uint8Array ? Buffer.from(item).toString('base64') : item
  })

const leaves = leavesOf(messageType('ExportTraceServiceRequest'))

describe('decodeTraces', () => {
  it('meets every message of the trace proto on this walk', () => {
    const names = leaves.map(({ path }) => path.map(({ name }) => name).join('.'))
    expect(names).toContain('resourceSpans.scopeSpans.spans.links.attributes.value.intValue')
    expect(names).toContain('resourceSpans.resource.entityRefs.descriptionKeys')
    expect(leaves.length).toBeGreaterThan(60)
  })

  it.each(leaves.map((leaf) => [leaf.path.map(({ name }) => name).join('.'), leaf] as const))(
    'drops nothing silently: %s',
    (_, leaf) => {
      const { sent, json } = sample(leaf)
      const message = place(leaf.path, sent, ids) as Record<string, unknown>
      const document = place(leaf.path, json, { traceId, spanId })
      const withField = decodeTraces(encodeMessage('ExportTraceServiceRequest', message), 'protobuf')
      expect(decodeTraces(Buffer.from(JSON.stringify(document)), 'json')).toEqual(withField)
      expect(withField.rejectedSpans).toBe(0)
      if (leaf.field.name.endsWith('Strindex')) {
        expect(withField.errorMessage).toContain('belong to profiles')
      } else {
        // In the decoded model a field goes by its own name, a value by `value`.
        const name = leaf.path.at(-2)?.name === 'value' ? 'value' : leaf.field.name
        const item = flat(leaf.field.repeated ? [json] : json)
        expect(flat(withField.request)).toContain(`"${name}":${item}`)
      }
    },
  )

  it('reads what protobufjs writes, and protobufjs what encodeTraces writes', () => {
    const type = messageType('ExportTraceServiceRequest')
    // protobufjs itself stops at 100 nested messages, two of which make one level of a value.
    const comparable = traceCorpus().filter((it) => it.rejectedSpans === 0 && !it.name.includes('nested'))
    for (const corpusCase of comparable) {
      const ours = encodeTraces(corpusCase.request, 'protobuf')
      const theirs = type.encode(type.decode(ours)).finish()
      expect(decodeTraces(theirs, 'protobuf').request, corpusCase.name).toEqual(corpusCase.request)
    }
  })
})
