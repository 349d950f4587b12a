import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readResult } from '../src/compare/results.ts'
import { summarize } from '../src/compare/summarize.ts'

const README = readFileSync(join(import.meta.dirname, '..', '..', 'README.md'), 'utf8')

describe('what the README says of the cost', () => {
  it('“About a third of what the leanest other set-up adds for the same three spans”', () => {
    expect(README).toContain('About a third of what the leanest other set-up adds for the same three spans')
    const peers = readResult('peers')
    const rows = peers === undefined ? [] : summarize(peers).filter(({ name }) => !name.startsWith('hello'))
    const others = rows.filter(
      ({ name, spansPerRequest }) => !name.startsWith('ours') && spansPerRequest >= 3,
    )
    expect(others.length).toBeGreaterThan(5)
    const ours = rows.find(({ name }) => name === 'ours-3')
    expect(ours?.spansPerRequest).toBe(3)
    expect(ours?.addedMicros).toBeLessThan(0.38 * Math.min(...others.map(({ addedMicros }) => addedMicros)))
    expect(rows.filter(({ disturbed }) => disturbed > 0)).toEqual([])
  })

  it('“a root and a link of its own over a boundary are less than a microsecond of it”', () => {
    expect(README).toContain('a root and a link of its own over a boundary are less than a microsecond of it')
    const operations = readResult('micro')?.operations ?? []
    const micros = (start: string) => operations.find(({ name }) => name.startsWith(start))?.micros
    const continued = micros('a server span, its caller continued')
    const linked = micros('a server span, its caller linked instead')
    const added = Number(linked) - Number(continued)
    expect(added).toBeGreaterThan(0)
    expect(added).toBeLessThan(1)
  })
})
