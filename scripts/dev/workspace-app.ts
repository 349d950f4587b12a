import { readFileSync } from 'node:fs'
import { join } from 'node:path'

interface Manifest {
  readonly scripts?: Readonly<Record<string, string>>
  readonly dependencies?: Readonly<Record<string, string>>
}

/** An app's `start` script, `node …`: how it starts is said there and nowhere else. */
export function startCommand(root: string, app: string): string {
  const start = readManifest(root, app).scripts?.start ?? ''
  if (!start.startsWith('node ')) {
    throw new Error(
      `apps/${app}/package.json: expected "start" to be "node …", received ${JSON.stringify(start)}.`,
    )
  }
  return start
}

/** The folders whose edits concern an app: its own sources and those of the workspace packages it runs on. */
export function sourceFolders(root: string, app: string): string[] {
  const dependencies = Object.entries(readManifest(root, app).dependencies ?? {})
  const packages = dependencies.filter(([, version]) => version.startsWith('workspace:'))
  return [
    join(root, 'apps', app, 'src'),
    // A workspace package's folder bears its name without the scope.
    ...packages.map(([name]) => join(root, 'packages', name.slice(name.indexOf('/') + 1), 'src')),
  ]
}

function readManifest(root: string, app: string): Manifest {
  return JSON.parse(readFileSync(join(root, 'apps', app, 'package.json'), 'utf8'))
}
