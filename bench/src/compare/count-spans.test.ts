import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { makeBody } from '../load.ts'
import { countSpans } from './count-spans.ts'

const request = (path: string, contentType: string, body: Buffer, gzip = false) => ({
  path,
  contentType,
  body,
  gzip,
})

describe('countSpans', () => {
  it.each(['json', 'protobuf'] as const)('counts those of an OTLP export in %s', (encoding) => {
    const body = makeBody(encoding, 1_700_000_000_000_000_000n)
    expect(countSpans(request('/v1/traces', `application/x-${encoding}`, body, true))).toBe(512)
  })

  it('counts transactions, spans in them, and items of spans of an envelope', () => {
    const lines = [
      '{"sent_at":"2026-11-22T12:00:00Z"}',
      '{"type":"transaction"}',
      '{"spans":[{},{}]}',
      '{"type":"client_report"}',
      '{}',
      '{"type":"span","item_count":3}',
      '{"items":[{},{},{}]}',
    ]
    const envelope = (text: string) => request('/api/1/envelope/?sentry_version=7', '', Buffer.from(text))
    expect(countSpans(envelope(lines.join('\n')))).toBe(6)
    expect(countSpans(envelope(`${lines.join('\n')}\n`))).toBe(6)
  })

  it("counts Datadog's spans, whatever values they have", () => {
    const long = Buffer.from('x'.repeat(300))
    const span = Buffer.concat([
      // A map of 8: fixstr keys of one byte each.
      Buffer.from([0x88]),
      Buffer.from([0xa1, 0x61, 0xcf, 1, 2, 3, 4, 5, 6, 7, 8]),
      Buffer.from([0xa1, 0x62, 0xda, 300 >> 8, 300 & 0xff]),
      long,
      Buffer.from([0xa1, 0x63, 0xcb, 0, 0, 0, 0, 0, 0, 0, 0]),
      Buffer.from([0xa1, 0x64, 0xdf, 0, 0, 0, 1, 0xa1, 0x78, 0xd9, 2, 0x79, 0x7a]),
      Buffer.from([0xa1, 0x65, 0x93, 0xc0, 0xc3, 0xff]),
      Buffer.from([0xa1, 0x66, 0xdc, 0, 2, 0x01, 0xd1, 0xff, 0xfe]),
      Buffer.from([0xa1, 0x67, 0xc4, 1, 0x00]),
      Buffer.from([0xa1, 0x68, 0xce, 0, 0, 0, 9]),
    ])
    const traces = Buffer.concat([
      Buffer.from([0xdd, 0, 0, 0, 2, 0x92]),
      span,
      span,
      Buffer.from([0x91]),
      span,
    ])
    expect(countSpans(request('/v0.4/traces', 'application/msgpack', traces))).toBe(3)
  })

  it('refuses bytes that are no traces', () => {
    expect(() => countSpans(request('/v0.4/traces', '', Buffer.from([0x91, 0x91, 0xc1])))).toThrow(
      'A trace has no msgpack type 0xc1 (byte 2).',
    )
  })

  it('counts none in what is not about spans', () => {
    expect(countSpans(request('/v1/metrics', 'application/json', gzipSync('{}'), true))).toBe(0)
    expect(countSpans(request('/v1/traces', 'application/json', Buffer.alloc(0)))).toBe(0)
  })
})
