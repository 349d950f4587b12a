import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { PlopTypes } from '@turbo/gen'

/** Below these are the ports of the demonstration. */
const FIRST_PORT = 8082

/** `pnpm new <name>`: a service in `apps/<name>` that is traced, has tests, and joins `pnpm dev`. */
export default function generators(plop: PlopTypes.NodePlopAPI): void {
  const root = join(plop.getPlopfilePath(), '../..')
  plop.setGenerator('app', {
    description: 'A traced HTTP service in apps/, which joins pnpm dev',
    prompts: [
      {
        type: 'input',
        name: 'name',
        message: 'Name of the app:',
        validate: (name: string) => checkName(name, root),
      },
    ],
    actions: (answers) => [
      {
        type: 'addMany',
        destination: join(root, 'apps', '{{ name }}'),
        base: 'templates/app',
        templateFiles: 'templates/app/**/*.hbs',
        globOptions: {},
        data: {
          port: freePort(root),
          prefix: String(answers?.name).toUpperCase().replaceAll('-', '_'),
        },
      },
      ({ name }) => `apps/${name} is written. Next: npx -y pnpm@12 dev`,
    ],
  })
}

/** Whether a folder, a package and the variables that place the app can bear the name; if not, why. */
function checkName(name: string, root: string): true | string {
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name) || name.length > 40) {
    return `Expected a name of at most 40 lower-case letters, digits and single hyphens, beginning with a letter, received ${JSON.stringify(name)}.`
  }
  if (existsSync(join(root, 'apps', name))) return `apps/${name} is there already: choose another name.`
  const taken = manifests(root, '{,packages/,apps/*/}*/package.json').find(
    (manifest) => manifest.name === `@linked-traces/${name}`,
  )
  return taken === undefined || `The workspace has a package ${taken.name} already: choose another name.`
}

/** The first port that no app of the workspace listens on by default. */
function freePort(root: string): number {
  const taken = new Set(manifests(root, 'apps/*/package.json').map(({ config }) => config?.port))
  let port = FIRST_PORT
  while (taken.has(port)) port += 1
  return port
}

interface Manifest {
  readonly name?: string
  readonly config?: { readonly port?: number }
}

function manifests(root: string, pattern: string): Manifest[] {
  return globSync(pattern, { cwd: root }).map((path) => JSON.parse(readFileSync(join(root, path), 'utf8')))
}
