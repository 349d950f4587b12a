import { describe, expect, it } from 'vitest'
import { axiomHeaders, isPersonalToken, looksLikeToken } from './axiom-credentials.ts'

describe('axiomHeaders', () => {
  it('names token and dataset', () => {
    expect(axiomHeaders('xaat-1', 'traces', undefined)).toEqual({
      Authorization: 'Bearer xaat-1',
      'X-Axiom-Dataset': 'traces',
    })
  })

  it('names the organization for personal tokens only', () => {
    expect(axiomHeaders('xapt-1', 'traces', 'my-org')).toHaveProperty('X-Axiom-Org-Id', 'my-org')
    expect(axiomHeaders('xaat-1', 'traces', 'my-org')).not.toHaveProperty('X-Axiom-Org-Id')
  })
})

describe('isPersonalToken', () => {
  it('tells personal tokens from API tokens', () => {
    expect(['xapt-1', 'xaat-1', 'other'].map(isPersonalToken)).toEqual([true, false, false])
  })
})

describe('looksLikeToken', () => {
  it('knows both kinds by their prefix', () => {
    expect(['xapt-1', 'xaat-1', 'xaat', 'my-xaat-1'].map(looksLikeToken)).toEqual([true, true, false, false])
  })
})
