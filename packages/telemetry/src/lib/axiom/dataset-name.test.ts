import { describe, expect, it } from 'vitest'
import { isDatasetName } from './dataset-name.ts'

describe('isDatasetName', () => {
  it.each([
    'traces',
    'T',
    '2-a',
    '-a-',
    'axiom-audit',
    'my_traces.v1',
    'x'.repeat(128),
    `${'x.'.repeat(39)}xx`,
  ])('takes %s, which one of the sources allows', (name) => {
    expect(isDatasetName(name)).toBe(true)
  })

  it.each([
    '',
    'my traces',
    'tracés',
    'a/b',
    'a:b',
    '_a',
    'a.',
    'axiom-a.b',
    'x'.repeat(129),
    `${'x.'.repeat(40)}xx`,
  ])('refuses %s, which every source refuses', (name) => {
    expect(isDatasetName(name)).toBe(false)
  })
})
