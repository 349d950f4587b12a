import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../../', import.meta.url))

const LIB = 'packages/telemetry/src/lib'
const WORKBENCH = 'apps/workbench/src'

/** A file and what it imports. */
type Import = readonly [file: string, source: string]

/** What each folder of the telemetry package may import of the others; see ARCHITECTURE.md. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  links: [],
  axiom: [],
  otlp: [],
  boundary: ['links', 'propagation'],
  propagation: ['links'],
  sampling: ['boundary', 'links'],
  spans: ['links'],
  http: ['boundary', 'propagation', 'spans'],
  config: ['axiom', 'boundary', 'propagation'],
  export: ['config', 'otlp'],
}
const folders = [...Object.keys(mayImport), 'doctor', 'sdk', 'testing']
const siblings = Object.entries(mayImport).flatMap(([folder, may]) =>
  folders
    .filter((other) => other !== folder)
    .map((other) => ({
      imported: [`${LIB}/${folder}/x.ts`, `../${other}/y.ts`] as Import,
      isAllowed: may.includes(other),
    })),
)

const refused: readonly Import[] = [
  ...siblings.filter(({ isAllowed }) => !isAllowed).map(({ imported }) => imported),
  [`${LIB}/links/x.ts`, './../sdk/y.ts'],
  [`${LIB}/links/deeper/x.ts`, '../../export/y.ts'],
  [`${LIB}/links/x.ts`, '@opentelemetry/core'],
  [`${LIB}/links/x.ts`, '@opentelemetry/sdk-trace'],
  [`${LIB}/links/x.ts`, '../../links.ts'],
  [`${LIB}/axiom/x.ts`, '@opentelemetry/exporter-trace-otlp-http'],
  [`${LIB}/spans/x.ts`, '@opentelemetry/instrumentation'],
  [`${LIB}/boundary/x.ts`, '@opentelemetry/sdk-trace'],
  [`${LIB}/boundary/x.ts`, '@opentelemetry/instrumentation-http'],
  [`${LIB}/config/x.ts`, '../../index.ts'],
  [`${LIB}/config/x.ts`, '@opentelemetry/resources'],
  [`${LIB}/export/x.ts`, '@opentelemetry/exporter-trace-otlp-proto'],
  [`${LIB}/otlp/x.ts`, '@opentelemetry/otlp-transformer'],
  [`${LIB}/http/x.ts`, '@opentelemetry/instrumentation-undici'],
  [`${LIB}/sdk/x.ts`, '../../register.ts'],
  [`${LIB}/sdk/x.ts`, '../testing/y.ts'],
  ['apps/dice/src/x.ts', '../../an-app-of-tomorrow/src/y.ts'],
  ['apps/dice/src/routes/x.ts', '../../../an-app-of-tomorrow/src/y.ts'],
  [`${WORKBENCH}/model/x.ts`, '../store/y.ts'],
  [`${WORKBENCH}/model/x.ts`, '../workbench.ts'],
  [`${WORKBENCH}/model/x.ts`, '@linked-traces/otlp-receiver'],
  [`${WORKBENCH}/ingest/x.ts`, '../query/y.ts'],
  [`${WORKBENCH}/ingest/x.ts`, '../api/y.ts'],
  [`${WORKBENCH}/store/x.ts`, '../ingest/y.ts'],
  [`${WORKBENCH}/store/sqlite/x.ts`, '../../query/y.ts'],
  [`${WORKBENCH}/query/x.ts`, '../api/routes.ts'],
  [`${WORKBENCH}/query/x.ts`, '../ingest/y.ts'],
  [`${WORKBENCH}/api/x.ts`, '../ingest/y.ts'],
  [`${WORKBENCH}/api/x.ts`, '../../web/y.ts'],
  ['apps/workbench/web/trace/x.ts', '../../src/model/y.ts'],
  ['apps/workbench/web/x.ts', '../src/api/routes.ts'],
  ['apps/workbench/web/x.ts', '@linked-traces/telemetry'],
]

const allowed: readonly Import[] = [
  ...siblings.filter(({ isAllowed }) => isAllowed).map(({ imported }) => imported),
  [`${LIB}/links/x.ts`, '@opentelemetry/api'],
  [`${LIB}/links/x.ts`, './y.ts'],
  [`${LIB}/sdk/x.ts`, '../spans/y.ts'],
  [`${LIB}/config/x.ts`, '../boundary/inbound-policy.ts'],
  [`${LIB}/sdk/x.ts`, '../axiom/y.ts'],
  [`${LIB}/sdk/x.ts`, '../boundary/y.ts'],
  [`${LIB}/sdk/x.ts`, '../config/y.ts'],
  [`${LIB}/sdk/x.ts`, '../export/y.ts'],
  [`${LIB}/sdk/x.ts`, '../links/y.ts'],
  [`${LIB}/sdk/x.ts`, '../otlp/y.ts'],
  [`${LIB}/export/x.ts`, '../otlp/encoded-batch.ts'],
  [`${LIB}/otlp/x.ts`, '@opentelemetry/sdk-trace'],
  [`${LIB}/sdk/x.ts`, '@opentelemetry/sdk-trace'],
  ['packages/telemetry/src/index.ts', './lib/sdk/y.ts'],
  ['packages/telemetry/test/x.test.ts', '@linked-traces/otlp-receiver'],
  ['apps/gateway/src/app.ts', '@linked-traces/service/settings'],
  ['apps/gateway/src/app.ts', './routes/y.ts'],
  ['apps/gateway/src/telemetry.ts', '@linked-traces/telemetry'],
  [`${WORKBENCH}/model/x.ts`, './y.ts'],
  [`${WORKBENCH}/ingest/x.ts`, '../model/y.ts'],
  [`${WORKBENCH}/store/x.ts`, '../model/y.ts'],
  [`${WORKBENCH}/query/x.ts`, '../store/y.ts'],
  [`${WORKBENCH}/query/x.ts`, '../api/contract.ts'],
  [`${WORKBENCH}/api/x.ts`, '../query/y.ts'],
  ['apps/workbench/web/trace/x.ts', '../../src/api/contract.ts'],
  ['apps/workbench/web/x.ts', './trace/y.ts'],
]

describe('import boundaries', () => {
  it('refuse every import against the direction, and no other', async () => {
    const between = await importsBetweenWorkspacePackages()
    const wrong = [...refused, ...between]
    const verdicts = await lint([...wrong, ...allowed])
    const text = ([file, source]: Import) => `${file} imports ${source}`
    expect(verdicts.filter(({ refused }) => refused).map((verdict) => text(verdict.import))).toEqual(
      wrong.map(text),
    )
  })
})

/** Every app and package reaching into every other: by relative path always wrong, by name when the other is an app. */
async function importsBetweenWorkspacePackages(): Promise<Import[]> {
  const apps = await readdir(join(root, 'apps'))
  const packages = await readdir(join(root, 'packages'))
  expect(apps).toContain('gateway')
  expect(packages).toContain('telemetry')
  const folders = [...apps.map((app) => `apps/${app}`), ...packages.map((name) => `packages/${name}`)]
  return folders.flatMap((from) => {
    const others = folders.filter((folder) => folder !== from)
    const neighbours = others.filter((folder) => dirname(folder) === dirname(from))
    const otherApps = apps.filter((app) => `apps/${app}` !== from)
    return [
      ...others.map((folder): Import => [`${from}/src/x.ts`, `../../../${folder}/src/y.ts`]),
      ...neighbours.map(
        (folder): Import => [`${from}/test/x.test.ts`, `../../${folder.split('/')[1]}/src/y.ts`],
      ),
      ...otherApps.map((app): Import => [`${from}/src/x.ts`, `@linked-traces/${app}`]),
      ...otherApps.map((app): Import => [`${from}/src/x.ts`, `@linked-traces/${app}/app`]),
    ]
  })
}

interface Verdict {
  readonly import: Import
  readonly refused: boolean
}

/** Lints each import alone, under this repository's rules, in a copy that holds nothing else. */
async function lint(imports: readonly Import[]): Promise<Verdict[]> {
  const folder = await mkdtemp(join(tmpdir(), 'linked-traces-imports-'))
  try {
    await cp(join(root, 'biome.json'), join(folder, 'biome.json'))
    await cp(join(root, '.gitignore'), join(folder, '.gitignore'))
    await symlink(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction')
    const files = await Promise.all(
      imports.map(async ([file, source], index) => {
        // The name is made unique, so that each file holds one import.
        const path = file.replace(/(?<name>[^/]+?)(?<ending>(\.test)?\.ts)$/, `$<name>${index}$<ending>`)
        await mkdir(dirname(join(folder, path)), { recursive: true })
        await writeFile(join(folder, path), `import { y } from '${source}'\n\ny()\n`)
        return path
      }),
    )
    const complaints = await biome(folder)
    return imports.map((each, index) => ({
      import: each,
      refused: complaints.some(
        ({ category, location }) =>
          location.path === files[index] && category === 'lint/style/noRestrictedImports',
      ),
    }))
  } finally {
    await rm(folder, { recursive: true })
  }
}

interface Diagnostic {
  readonly category: string
  readonly severity: string
  readonly location: { readonly path: string }
}

function biome(folder: string): Promise<Diagnostic[]> {
  const executable = fileURLToPath(import.meta.resolve('@biomejs/biome/bin/biome'))
  const args = [
    executable,
    'lint',
    '--only=style/noRestrictedImports',
    '--max-diagnostics=none',
    '--reporter=json',
  ]
  return new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      args,
      { cwd: folder, maxBuffer: 64 * 1024 * 1024 },
      (error, stdout, stderr) => {
        try {
          const { diagnostics }: { diagnostics: Diagnostic[] } = JSON.parse(stdout)
          resolve(diagnostics.filter(({ severity }) => severity === 'error'))
        } catch {
          reject(new Error(`biome did not report:\n${stdout}\n${stderr}`, { cause: error }))
        }
      },
    )
  })
}
