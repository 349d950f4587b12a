import { readFileSync } from 'node:fs'

/** A fenced block of the README. */
export interface ReadmeBlock {
  /** The word after the fence: `sh`, `console`, `ini`, `ts`, … */
  readonly language: string
  readonly text: string
  /** The file a comment right above the block names, which the block must equal. */
  readonly file: string | undefined
}

/** The repository's folder. */
export const ROOT = new URL('../../../', import.meta.url)

export const README = readFileSync(new URL('README.md', ROOT), 'utf8')

/** Every fenced block of the README, in order. */
export const readmeBlocks = blocksOf(README)

/** The commands of all `sh` blocks, a line each. */
export const readmeCommands: readonly string[] = readmeBlocks
  .filter(({ language }) => language === 'sh')
  .flatMap(({ text }) => text.trim().split('\n'))

/** Every fenced block of a page, in order. */
export function blocksOf(page: string): readonly ReadmeBlock[] {
  const blocks = page.matchAll(/(?:<!-- (\S+) -->\n)?```(\w+)\n(.*?)```/gs)
  return [...blocks].map(([, file, language = '', text = '']) => ({ language, text, file }))
}

/** The rows of the table whose first column has this heading. */
export function readmeTable(heading: string): string[][] {
  const [, , ...rows] =
    README.split('\n\n')
      .find((block) => block.startsWith(`| ${heading} |`))
      ?.split('\n') ?? []
  return rows
    .filter((row) => row.startsWith('|'))
    .map((row) =>
      row
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    )
}
