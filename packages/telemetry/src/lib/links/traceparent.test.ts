import { describe, expect, it } from 'vitest'
import { formatTraceparent, parseTraceparent } from './traceparent.ts'

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c'
const SPAN_ID = 'b7ad6b7169203331'

describe('parseTraceparent', () => {
  it('reads a version 00 value as a remote span context', () => {
    expect(parseTraceparent(`00-${TRACE_ID}-${SPAN_ID}-01`)).toEqual({
      traceId: TRACE_ID,
      spanId: SPAN_ID,
      traceFlags: 1,
      isRemote: true,
    })
  })

  it('keeps all eight flag bits of version 00', () => {
    expect(parseTraceparent(`00-${TRACE_ID}-${SPAN_ID}-03`)?.traceFlags).toBe(3)
    expect(parseTraceparent(`00-${TRACE_ID}-${SPAN_ID}-ff`)?.traceFlags).toBe(255)
  })

  it.each([
    ['of 55 characters', `cc-${TRACE_ID}-${SPAN_ID}-01`],
    ['with further fields', `01-${TRACE_ID}-${SPAN_ID}-01-what-the-future-will-be-like`],
    ['with an empty further field', `01-${TRACE_ID}-${SPAN_ID}-01-`],
    ['with a further field of any characters', `fe-${TRACE_ID}-${SPAN_ID}-01-\n"é`],
  ])('reads a later version %s', (_, value) => {
    expect(parseTraceparent(value)).toEqual({
      traceId: TRACE_ID,
      spanId: SPAN_ID,
      traceFlags: 1,
      isRemote: true,
    })
  })

  it('reads of a later version only the flags that this one defines', () => {
    expect(parseTraceparent(`01-${TRACE_ID}-${SPAN_ID}-ff`)?.traceFlags).toBe(3)
  })

  it.each([
    ['nothing', ''],
    ['version ff', `ff-${TRACE_ID}-${SPAN_ID}-01`],
    ['version ff with a further field', `ff-${TRACE_ID}-${SPAN_ID}-01-x`],
    ['version 00 with a further field', `00-${TRACE_ID}-${SPAN_ID}-01-x`],
    ['version 00 with a dash after it', `00-${TRACE_ID}-${SPAN_ID}-01-`],
    ['version 00 with a character after it', `00-${TRACE_ID}-${SPAN_ID}-01.`],
    ['version 00 with a newline after it', `00-${TRACE_ID}-${SPAN_ID}-01\n`],
    ['a later version with a field after no dash', `cc-${TRACE_ID}-${SPAN_ID}-01.what`],
    ['a later version cut short', `cc-${TRACE_ID}-${SPAN_ID}-0`],
    ['an upper-case trace id', `00-${TRACE_ID.toUpperCase()}-${SPAN_ID}-01`],
    ['an upper-case span id', `00-${TRACE_ID}-${SPAN_ID.toUpperCase()}-01`],
    ['upper-case flags', `00-${TRACE_ID}-${SPAN_ID}-0A`],
    ['an upper-case version', `CC-${TRACE_ID}-${SPAN_ID}-01`],
    ['an all-zero trace id', `00-${'0'.repeat(32)}-${SPAN_ID}-01`],
    ['an all-zero span id', `00-${TRACE_ID}-${'0'.repeat(16)}-01`],
    ['a trace id one too long', `00-${TRACE_ID}0-${SPAN_ID}-01`],
    ['a trace id one too short', `00-${TRACE_ID.slice(1)}-${SPAN_ID}-01`],
    ['a span id one too long', `00-${TRACE_ID}-${SPAN_ID}0-01`],
    ['a span id one too short', `00-${TRACE_ID}-${SPAN_ID.slice(1)}-01`],
    ['flags one too short', `00-${TRACE_ID}-${SPAN_ID}-1`],
    ['a version one too long', `000-${TRACE_ID}-${SPAN_ID}-01`],
    ['a version one too short', `0-${TRACE_ID}-${SPAN_ID}-01`],
    ['a character that is not hexadecimal', `00-.${TRACE_ID.slice(1)}-${SPAN_ID}-01`],
    ['another delimiter', `00_${TRACE_ID}_${SPAN_ID}_01`],
    ['space before it', ` 00-${TRACE_ID}-${SPAN_ID}-01`],
    ['two values', `00-${TRACE_ID}-${SPAN_ID}-01, 00-${TRACE_ID}-${SPAN_ID}-01`],
    ['two values of a later version', `01-${TRACE_ID}-${SPAN_ID}-01-x, 01-${TRACE_ID}-${SPAN_ID}-01-x`],
  ])('refuses %s', (_, value) => {
    expect(parseTraceparent(value)).toBeUndefined()
  })
})

describe('formatTraceparent', () => {
  it.each(['00', '01', '02', '03'])('writes what was read with flags %s', (flags) => {
    const value = `00-${TRACE_ID}-${SPAN_ID}-${flags}`
    const spanContext = parseTraceparent(value)
    expect(spanContext && formatTraceparent(spanContext)).toBe(value)
  })

  it('sends flags as zero that this version does not define', () => {
    const spanContext = parseTraceparent(`00-${TRACE_ID}-${SPAN_ID}-fd`)
    expect(spanContext && formatTraceparent(spanContext)).toBe(`00-${TRACE_ID}-${SPAN_ID}-01`)
  })

  it('writes ids in lower case', () => {
    const ids = { traceId: TRACE_ID.toUpperCase(), spanId: SPAN_ID.toUpperCase() }
    expect(formatTraceparent({ ...ids, traceFlags: 2 })).toBe(`00-${TRACE_ID}-${SPAN_ID}-02`)
  })

  it('writes a later version as the version it knows', () => {
    const spanContext = parseTraceparent(`cc-${TRACE_ID}-${SPAN_ID}-01-more`)
    expect(spanContext && formatTraceparent(spanContext)).toBe(`00-${TRACE_ID}-${SPAN_ID}-01`)
  })
})
