import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The file that `node` is to run for the command of a devDependency: without a shell, and so alike on every system. */
export function packageCommand(root: string, name: string): string {
  const folder = join(root, 'node_modules', name)
  const { bin }: { bin?: string | Record<string, string> } = JSON.parse(
    readFileSync(join(folder, 'package.json'), 'utf8'),
  )
  const file = typeof bin === 'string' ? bin : Object.values(bin ?? {})[0]
  if (file === undefined) throw new Error(`The package ${name} has no command.`)
  return join(folder, file)
}
