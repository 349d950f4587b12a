import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readUrl } from './request-url.ts'

const ORIGIN = 'http://api.test:8080'
const read = (target: string) => readUrl(target, ORIGIN, true)

/** Pieces that URL parsers and query parsers have their own ideas about, and plain ones. */
const piece = fc.constantFrom(
  ...[
    '/',
    '//',
    '.',
    '..',
    '%2e',
    '%2E.',
    '%',
    '%41',
    'a',
    'Z9',
    '~',
    ';v=1',
    ':',
    '@',
    '\\',
    '|',
    '^',
    '"',
    "'",
    ' ',
    '\t',
  ],
  ...[
    '?',
    '#',
    '&',
    '=',
    '+',
    '*',
    '-',
    '_',
    '[',
    '{',
    '\u00e9',
    'sig=1',
    'x=1',
    'Signature=s',
    '&y=',
    'http://b.test/',
  ],
)

describe('readUrl', () => {
  it('tells what WHATWG’s URL parser tells, with nothing redacted that it should not be', () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const target = `/${pieces.join('')}`
        const url = URL.canParse(target, ORIGIN) ? new URL(target, ORIGIN) : undefined
        if (url?.searchParams.has('sig')) url.searchParams.set('sig', 'REDACTED')
        if (url?.searchParams.has('Signature')) url.searchParams.set('Signature', 'REDACTED')
        expect(read(target)).toEqual(
          url === undefined
            ? {}
            : { path: url.pathname, ...(url.search && { query: url.searchParams.toString() }) },
        )
      }),
      { numRuns: 5000 },
    )
  })

  it('tells nothing where the host is no part of a URL', () => {
    expect(readUrl('/a', 'http://ex ample', false)).toEqual({})
  })

  it('takes time in proportion to its input', () => {
    expect(read(`/${'a/'.repeat(100_000)}?${'a=b&'.repeat(100_000)}`).path).toHaveLength(200_001)
    expect(read(`/${'%2'.repeat(100_000)}"`).path).toHaveLength(200_004)
  })
})
