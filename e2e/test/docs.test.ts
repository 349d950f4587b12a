import { globSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { blocksOf, ROOT } from './support/readme-blocks.ts'

const root = fileURLToPath(ROOT)
const pages = ['*.md', 'docs/*.md', 'decisions/*.md', 'bench/*.md', '{packages,apps}/*/README.md'].flatMap(
  (pattern) => globSync(pattern, { cwd: root }).map((path) => path.replaceAll('\\', '/')),
)
const read = (path: string) => readFileSync(join(root, path), 'utf8')

/** The files and folders a page points at, by their paths from the root, and the headings in them. */
function targetsOf(page: string): { path: string; heading: string | undefined }[] {
  const text = read(page).replaceAll(/```.*?```/gs, '')
  const links = text.matchAll(/(?:\]\(|\s(?:src(?:set)?|href)=")(?!\w+:)([^)"\s]+)/g)
  return [...links].map(([, target = '']) => {
    const [file = '', heading] = target.split('#')
    return { path: file === '' ? page : join(dirname(page), file).replaceAll('\\', '/'), heading }
  })
}

/** As code hosts make anchors of headings. */
function anchorsOf(page: string): string[] {
  const headings = read(page).matchAll(/^#+ (.*)$/gm)
  return [...headings].map(([, text = '']) =>
    text
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  )
}

/** A part may be indented less than in its file. */
const lines = (code: string): string =>
  code
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)
    .join('\n')

describe('the documentation', () => {
  it.each(pages)('of %s points at what is there', (page) => {
    for (const { path, heading } of targetsOf(page)) {
      expect(() => statSync(join(root, path)), `${page} points at ${path}`).not.toThrow()
      if (heading !== undefined) expect(anchorsOf(path), `${page} points into ${path}`).toContain(heading)
    }
  })

  it.each(pages)('of %s shows code as it is in the files it names, or parts of them', (page) => {
    for (const { file, text } of blocksOf(read(page))) {
      if (file !== undefined) expect(lines(read(file))).toContain(lines(text))
    }
  })

  it('can be reached from the README, every page in docs', () => {
    const reached = new Set(['README.md'])
    for (const page of reached) {
      for (const { path } of targetsOf(page)) if (path.endsWith('.md')) reached.add(path)
    }
    expect(pages.filter((page) => page.startsWith('docs/') && !reached.has(page))).toEqual([])
  })
})
