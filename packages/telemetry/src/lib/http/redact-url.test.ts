import { describe, expect, it } from 'vitest'
import { redactSearch } from './redact-url.ts'

describe('redactSearch', () => {
  // Once more by name: read from the code, none would be missed.
  it.each([
    'sig',
    'Signature',
    'AWSAccessKeyId',
    'X-Goog-Signature',
    'X-Amz-Signature',
    'X-Amz-Credential',
    'X-Amz-Security-Token',
  ])('redacts the value of %s, wherever it stands', (name) => {
    expect(redactSearch(`?${name}=secret`)).toBe(`?${name}=REDACTED`)
    expect(redactSearch(`?a=1&${name}=se=cret&b=%20`)).toBe(`?a=1&${name}=REDACTED&b=%20`)
  })

  it.each([
    ['of a name that is encoded', '?%73ig=secret&x=1', '?%73ig=REDACTED&x=1'],
    ['that comes twice', '?sig=one&sig=two', '?sig=REDACTED&sig=REDACTED'],
    ['that is empty', '?sig=&a', '?sig=REDACTED&a'],
    ['and none beside it with nearly the same name', '?sig=1&SIG=2&design=3', '?sig=REDACTED&SIG=2&design=3'],
  ])('redacts one %s', (_, search, redacted) => {
    expect(redactSearch(search)).toBe(redacted)
  })

  it.each(['', '?', '?a=1&b', '?design=1&SIG=2&sig', '?a=sig=1', '?%zz=1&a%20b=2'])(
    'leaves %j as it was written',
    (search) => {
      expect(redactSearch(search)).toBe(search)
    },
  )
})
