import { globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** An app of this workspace that runs as a service. */
export interface WorkspaceApp {
  /** The name of its folder in `apps`. */
  readonly name: string
  /** What the variables that place it begin with: `ORDERS` of `ORDERS_HOST`, `ORDERS_PORT` and `ORDERS_URL`. */
  readonly prefix: string
  /** Where it listens unless told otherwise: `config.port` of its package.json. */
  readonly port: number
}

interface Manifest {
  readonly config?: { readonly port?: number }
  readonly scripts?: Readonly<Record<string, string>>
  readonly dependencies?: Readonly<Record<string, string>>
}

/** The apps whose package.json names a port, the workbench first: it receives what the others send. */
export function workspaceApps(root: string): WorkspaceApp[] {
  return globSync('*/package.json', { cwd: join(root, 'apps') })
    .map((path) => dirname(path))
    .sort((a, b) => Number(b === 'workbench') - Number(a === 'workbench') || a.localeCompare(b, 'en'))
    .flatMap((name) => {
      const port = readManifest(root, name).config?.port
      return port === undefined ? [] : [{ name, prefix: name.toUpperCase().replaceAll('-', '_'), port }]
    })
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
