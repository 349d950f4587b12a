import { describe, expect, it } from 'vitest'
import { printable } from './printable.ts'

describe('printable', () => {
  it.each([
    ['always_onn', '"always_onn"'],
    ['two\nlines', '"two\\nlines"'],
    ['', '""'],
    [-1, '-1'],
    [Number.NaN, 'NaN'],
    [true, 'true'],
    [null, 'null'],
    [{ a: 'secret' }, 'a value of type object'],
    [() => 'secret', 'a value of type function'],
  ])('shows %j as %s', (value, shown) => {
    expect(printable(value)).toBe(shown)
  })

  it.each([
    ['xaat-1234', '"<redacted>"'],
    ['Bearer xapt-1234, and more', '"Bearer <redacted>, and more"'],
    ['https://user:pa/ss@w:rd@collector/v1', '"https://<redacted>@collector/v1"'],
    ['user:password@collector:4318', '"<redacted>@collector:4318"'],
    ['https://collector/v1?api_key=1234', '"https://collector/v1?<redacted>"'],
  ])('keeps the secret of %j to itself', (value, shown) => {
    expect(printable(value)).toBe(shown)
  })

  it('cuts what is longer than 120 characters, and says by how much', () => {
    expect(printable('x'.repeat(125))).toBe(`"${'x'.repeat(120)}" and 5 more characters`)
  })
})
