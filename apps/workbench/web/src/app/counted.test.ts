import { describe, expect, it } from 'vitest'
import { counted } from './counted.ts'

describe('counted', () => {
  it('says one of it, or how many', () => {
    expect([0, 1, 12_345].map((count) => counted(count, 'span'))).toEqual([
      '0 spans',
      '1 span',
      '12,345 spans',
    ])
  })
})
