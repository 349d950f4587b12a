import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { packageCommand } from '../check/package-command.ts'

/** Where the page's sources are, its package.json among them. */
export const pageFolder = (root: string): string => join(root, 'apps', 'workbench', 'web')

/** Builds the page that the workbench serves. Resolves with what is wrong in its sources, in Vite's words, or with nothing. */
export async function buildPage(root: string): Promise<string | undefined> {
  const folder = pageFolder(root)
  const child = spawn(process.execPath, [packageCommand(folder, 'vite'), 'build', '--logLevel', 'error'], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let words = ''
  child.stderr.setEncoding('utf8').on('data', (chunk) => {
    words += chunk
  })
  const [code] = await once(child, 'close')
  // Without the stack, which is Vite's own.
  return code === 0
    ? undefined
    : words.replaceAll(/^\s+at .*\n/gm, '').trim() || `Vite ended with code ${code}.`
}
