import { readdirSync, readFileSync, statSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

const docs = new URL('../../../../docs/', import.meta.url)
const guide = readFileSync(new URL('workbench.md', docs), 'utf8')
/** What any page of the documentation shows. */
const pages = readdirSync(docs)
  .filter((name) => name.endsWith('.md'))
  .map((name) => readFileSync(new URL(name, docs), 'utf8'))

const targetsOf = (page: string): string[] =>
  [...page.matchAll(/(?:\]\(|src(?:set)?=")(?!https?:)([^)"#]+)/g)].map(([, target = '']) => target)

describe('docs/workbench.md', () => {
  it.each([...new Set(targetsOf(guide))])('has %s, which it leads to or shows', (target) => {
    expect(statSync(new URL(target, docs)).isFile()).toBe(true)
  })

  it('shows every screen, each in light and dark, and says what is in it', () => {
    const pictures = [
      ...guide.matchAll(/srcset="([^"]+)-dark\.webp">\s*<img alt="([^"]+)" src="([^"]+)-light\.webp"/g),
    ]
    expect(pictures.map(([, dark]) => dark)).toEqual(
      ['first-run', 'stream', 'traces', 'trace', 'linked-traces', 'dashboard'].map(
        (name) => `pictures/${name}`,
      ),
    )
    for (const [, dark, alt = '', light] of pictures) {
      expect(light).toBe(dark)
      expect(alt.split(' ').length).toBeGreaterThan(5)
    }
  })

  it('names commands and rules that the page has', () => {
    const { name, scripts } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
    expect(guide).toContain(`--filter ${name} pictures`)
    expect(scripts).toHaveProperty('pictures')
    const speed = readFileSync(new URL('../src/trace/span-speed.ts', import.meta.url), 'utf8')
    const [, fewest] = /const fewest = (\d+)/.exec(speed) ?? []
    const [, factor] = /const factor = ([\d.]+)/.exec(speed) ?? []
    expect(guide).toContain(`from ${fewest} spans on`)
    expect(guide).toContain(`${factor} times`)
  })
})

describe('docs/pictures', () => {
  const shown = new Set(pages.flatMap(targetsOf))

  it.each(readdirSync(new URL('pictures/', docs)))('%s is shown by a page, and loads at once', (name) => {
    expect(shown).toContain(`pictures/${name}`)
    expect(statSync(new URL(`pictures/${name}`, docs)).size).toBeLessThan(120_000)
  })
})
