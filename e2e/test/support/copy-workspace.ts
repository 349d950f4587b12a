import { cp, mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const original = fileURLToPath(new URL('../../../', import.meta.url))

/** What `pnpm dev` runs on, in a folder of its own: to be edited, and free of the `.env` that lies beside the original. */
export interface WorkspaceCopy extends AsyncDisposable {
  readonly root: string
}

/** Copies the sources; what is installed is shared with the original. */
export async function copyWorkspace(): Promise<WorkspaceCopy> {
  const root = await mkdtemp(join(tmpdir(), 'linked-traces-workspace-'))
  for (const part of ['package.json', 'tsconfig.base.json', 'scripts', 'apps', 'packages']) {
    await cp(join(original, part), join(root, part), {
      recursive: true,
      // Links to neighbours lead to their copies.
      verbatimSymlinks: true,
      filter: (path) => !['dist', 'test', 'test-results', '.turbo'].includes(basename(path)),
    })
  }
  await symlink(join(original, 'node_modules'), join(root, 'node_modules'), 'junction')
  return { root, [Symbol.asyncDispose]: () => rm(root, { recursive: true, maxRetries: 3 }) }
}
