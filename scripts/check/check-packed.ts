import { globSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { packageCommand } from './package-command.ts'
import { run } from './run.ts'

/** Packs every package that is to be published, as publishing would, and lets publint and attw look into the tarball. */
export async function checkPacked(root: string): Promise<boolean> {
  const publint = packageCommand(root, 'publint')
  const attw = packageCommand(root, '@arethetypeswrong/cli')
  const folder = await mkdtemp(join(tmpdir(), 'linked-traces-packed-'))
  try {
    for (const [index, path] of publishedPackages(root).entries()) {
      const tarball = join(folder, `${index}.tgz`)
      const fine =
        (await run(...pnpm('--reporter=silent', 'pack', '--out', tarball), path)) &&
        (await run(process.execPath, [publint, 'run', tarball, '--strict'], root)) &&
        // Nothing is looked up in a registry.
        (await run(
          process.execPath,
          [attw, tarball, '--profile', 'esm-only', '--no-definitely-typed', '--no-summary'],
          root,
        ))
      if (!fine) return false
    }
    return true
  } finally {
    await rm(folder, { recursive: true })
  }
}

function publishedPackages(root: string): string[] {
  const manifests = globSync('packages/*/package.json', { cwd: root }).map((path) => join(root, path))
  return manifests
    .filter((path) => JSON.parse(readFileSync(path, 'utf8')).private !== true)
    .map((path) => dirname(path))
}

/** The pnpm that runs this script; some are programs, others a script for Node. */
function pnpm(...args: string[]): [program: string, args: string[]] {
  const path = process.env.npm_execpath
  if (path === undefined) throw new Error('Run the checks with `npx -y pnpm@12 check`: packing needs pnpm.')
  return /\.[cm]?js$/.test(path) ? [process.execPath, [path, ...args]] : [path, args]
}
