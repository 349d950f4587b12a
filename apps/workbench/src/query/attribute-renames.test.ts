import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { attributeRenames } from './attribute-renames.ts'
import { isSemanticConvention } from './semantic-convention-names.ts'

const sides = { both: 'both sides', client: 'client and producer', server: 'server and consumer' }

describe('attributeRenames', () => {
  it('are the table of docs/semantic-convention-names.md', () => {
    const page = readFileSync(
      new URL('../../../../docs/semantic-convention-names.md', import.meta.url),
      'utf8',
    )
    const table = page.split('\n').filter((line) => line.startsWith('| `'))
    expect(table).toEqual(
      attributeRenames.map(
        ({ older, newer, side, rule = 'the same' }) =>
          `| \`${older}\` | ${newer.map((name) => `\`${name}\``).join(', ')} | ${sides[side ?? 'both']} | ${rule} |`,
      ),
    )
  })

  it('speak of attributes that the semantic conventions define', () => {
    const names = attributeRenames.flatMap(({ older, newer }) => [older, ...newer])
    expect(names.filter((name) => !isSemanticConvention(name))).toEqual([])
  })

  it.each([
    'http.method',
    'http.status_code',
    'http.target',
    'http.flavor',
    'http.scheme',
    'http.host',
    'http.server_name',
    'http.user_agent',
    'net.host.port',
    'net.peer.port',
    'net.peer.ip',
  ])('know %s, which Axiom’s guide shows', (name) => {
    expect(attributeRenames.map(({ older }) => older)).toContain(name)
  })
})
