import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { describeDestination } from '../src/lib/config/describe-destination.ts'
import { resolveConfig } from '../src/lib/config/resolve-config.ts'
import type { Setting } from '../src/lib/config/setting.ts'
import { everySetting } from '../src/lib/config/settings.ts'

const reference = readFileSync(new URL('../../../docs/configuration.md', import.meta.url), 'utf8')

/** The rows of every table whose first column has this heading, as plain text. */
function rows(heading: string): string[][] {
  return reference
    .split('\n\n')
    .map((block) => block.trim().split('\n'))
    .filter(([head]) => head?.startsWith(`| ${heading} |`))
    .flatMap(([, , ...lines]) => lines.map((line) => line.split('|').slice(1, -1).map(plain)))
}

function plain(cell: string): string {
  return cell.replaceAll('`', '').trim()
}

/** The environment that `A=1 B=2` stands for. */
function environment(text: string): NodeJS.ProcessEnv {
  return Object.fromEntries([...text.matchAll(/(\w+)=(\S+)/g)].map(([, name, value]) => [name, value]))
}

/** A setting as its row in the reference. */
function row({ env, option, kind, default: value, defaultText, doc }: Setting<unknown>): string[] {
  const fallback = defaultText ?? (Array.isArray(value) ? value.join(',') : String(value ?? ''))
  return [env.join(', else '), option ?? '', kind.expected, fallback, doc].map((cell) => cell || '—')
}

function codeBlock(language: string): string {
  return reference.split(`\`\`\`${language}\n`)[1]?.split('\n```')[0] ?? ''
}

describe('docs/configuration.md', () => {
  it('lists every setting as it is defined', () => {
    expect(rows('Variable')).toEqual(everySetting.map(row))
  })

  it.each(rows('Environment'))('is right that with %s spans go to %s', (text, destinations) => {
    const { destinations: resolved } = resolveConfig({}, environment(text), {})
    expect(resolved.map(describeDestination).join(' and ') || 'nowhere').toBe(destinations)
  })

  describe('is right about where a dataset is', () => {
    const addresses = rows('Address').map(([name = '', example = '', url]) => ({ name, example, url }))

    it.each(addresses.map((address, index) => ({ ...address, index })))(
      'with $name=$example',
      ({ name, example, url, index }) => {
        const env = { AXIOM_TOKEN: 'xaat-1', AXIOM_DATASET: 'traces', [name]: example }
        const weaker = addresses.slice(index).filter((other) => other.name !== name)
        const beside = Object.fromEntries(weaker.map((other) => [other.name, other.example]))
        expect(resolveConfig({}, env, {}).destinations[0]?.url).toBe(url)
        expect(resolveConfig({}, { ...env, ...beside }, {}).destinations[0]?.url).toBe(url)
      },
    )

    it('names every variable that has a say', () => {
      expect([...new Set(addresses.map(({ name }) => name))]).toEqual([
        'AXIOM_EDGE_URL',
        'AXIOM_DOMAIN',
        'AXIOM_EDGE',
        'AXIOM_URL',
        'none of these',
      ])
    })
  })

  it('shows the error that its example makes', () => {
    expect(() => resolveConfig({}, environment(codeBlock('sh')), {})).toThrow(
      expect.objectContaining({ message: codeBlock('text') }),
    )
  })
})
