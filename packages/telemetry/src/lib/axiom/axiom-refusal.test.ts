import { describe, expect, it } from 'vitest'
import { axiomRefusal } from './axiom-refusal.ts'

describe('axiomRefusal.cure', () => {
  it.each([
    [400, 'dataset must use the eu-central-1 edge deployment domain', 'set AXIOM_DOMAIN=eu-central-1.'],
    [400, '', 'of the kind Events'],
    [401, '', 'AXIOM_TOKEN to a token'],
    [403, '', 'ingest into this dataset'],
    [404, '', 'Create the dataset'],
    [429, '', 'OTEL_TRACES_SAMPLER'],
    [430, '', 'OTEL_TRACES_SAMPLER'],
  ])('knows what to do about %i %s', (status, said, cure) => {
    expect(axiomRefusal.cure(status, said)).toContain(cure)
  })

  it('invents nothing', () => {
    expect(axiomRefusal.cure(500, '')).toBe('')
  })
})

describe('axiomRefusal.retryAfterMillis', () => {
  const after = (headers: Record<string, string>) =>
    axiomRefusal.retryAfterMillis((name) => headers[name], 1_000_000)

  it('waits for the limit that is renewed last', () => {
    expect(after({ 'x-ratelimit-reset': '1007', 'x-ingestlimit-reset': '1060' })).toBe(60_000)
  })

  it('waits for nothing that is over, and for no time that is none', () => {
    expect(after({ 'x-ratelimit-reset': '900' })).toBe(0)
    expect(after({ 'x-ratelimit-reset': 'soon' })).toBeUndefined()
    expect(after({})).toBeUndefined()
  })
})
