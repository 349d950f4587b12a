import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { startTestReceiver } from '@linked-traces/otlp-receiver/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ROOT, readmeCommands } from './support/readme-blocks.ts'

const run = promisify(execFile)

/** A span's kind in OTLP. */
const SERVER = 2

const CALLER = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' }

const olderNode = (name: string) =>
  fileURLToPath(new URL(`packages/telemetry/test/node-versions/node_modules/${name}/bin/node`, ROOT))

const nodes = {
  'Node 22.19': olderNode('node-22'),
  'Node 24': olderNode('node-24'),
  'Node 26': process.execPath,
}

// Outside the workspace, where nothing but what was packed can be found.
let project: string

beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), 'linked-traces-app-'))
  const tarball = join(project, 'linked-traces-telemetry.tgz')
  const [pack, install] = readmeCommands
    .filter((command) => command.includes('linked-traces-telemetry.tgz'))
    .map((command) => command.replace('/tmp/linked-traces-telemetry.tgz', tarball).split(' '))
  await writeFile(join(project, 'package.json'), '{ "name": "shop", "version": "7.1.0", "type": "module" }')
  await runCommand(pack, fileURLToPath(ROOT))
  await runCommand(install, project)
  await cp(new URL('e2e/test/packed-consumers', ROOT), project, { recursive: true })
  await cp(new URL('packages/telemetry/examples/telemetry.ts', ROOT), join(project, 'telemetry.ts'))
}, 180_000)

afterAll(async () => {
  await rm(project, { recursive: true, force: true })
})

describe('@linked-traces/telemetry, packed and installed in an empty project', () => {
  describe.each(Object.entries(nodes))('on %s', (_, node) => {
    it.each([
      [readmeCommands.find((line) => line.startsWith('node ')) ?? '', 'shop'],
      ['node --import @linked-traces/telemetry/register app.cjs', 'shop'],
      ['node --import @linked-traces/telemetry/register app.ts', 'shop'],
      ['node --import @linked-traces/telemetry/register app.cts', 'shop'],
      ['node --import ./telemetry.ts app.ts', 'checkout'],
      ['node --import ./telemetry.ts app.js', 'checkout'],
      ['node --require ./telemetry.cjs app.cjs', 'checkout'],
      ['node --require ./telemetry.cts app.cts', 'checkout'],
    ])('traces an application with a boundary: %s', async (command, service) => {
      await using backend = await startTestReceiver()
      const [, ...args] = command.split(' ')
      const child = spawn(node, args, {
        cwd: project,
        env: {
          PATH: process.env.PATH,
          OTEL_EXPORTER_OTLP_ENDPOINT: backend.url,
          // Of the applications that say nothing of it in code.
          LINKED_TRACES_INBOUND: 'POST /hooks/*=link',
        },
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      const { url, stderr } = await started(child)
      const headers = { traceparent: `00-${CALLER.traceId}-${CALLER.spanId}-01` }
      const response = await fetch(`${url}/hooks/paid`, { method: 'POST', headers })
      expect(await response.text()).toBe('hello')
      const [code] = await once(child, 'close')

      // Node 22 calls type stripping experimental.
      expect(stderr().replace(/^.*ExperimentalWarning: Type Stripping.*\n.*--trace-warnings.*\n/m, '')).toBe(
        '',
      )
      expect(code).toBe(0)
      expect(backend.spans()).toMatchObject([
        {
          name: 'POST',
          kind: SERVER,
          parentSpanId: '',
          links: [{ ...CALLER, attributes: { 'linked_traces.relation': 'caller' } }],
          resource: { 'service.name': service },
        },
      ])
    })
  })

  it.each([
    ['an ES module', { module: 'nodenext' }, 'ts'],
    ['a CommonJS module', { module: 'nodenext' }, 'cts'],
    ['a module that is bundled', { module: 'esnext', moduleResolution: 'bundler' }, 'ts'],
  ])('has types for %s, whose own are checked too', async (_, options, extension) => {
    const { exports }: { exports: Record<string, unknown> } = JSON.parse(
      await readFile(new URL('packages/telemetry/package.json', ROOT), 'utf8'),
    )
    const modules = Object.keys(exports)
      .map((key) => key.replace('.', '@linked-traces/telemetry'))
      // NodeSDK is not installed here; JSON has no types of ours.
      .filter((name) => !/\/(node-sdk|package\.json)$/.test(name))
    const types = modules.map((name, index) => `import * as m${index} from '${name}'`)
    const uses = modules.map((_name, index) => `m${index}`)
    const file = `types.${extension}`
    await writeFile(
      join(project, file),
      `${types.join('\n')}
import { startTelemetry } from '@linked-traces/telemetry'
export const used = [${uses}]
export const health: { destinations: readonly { exported: number }[] } = startTelemetry({ serviceName: 'x' }).health()
// @ts-expect-error A misspelt option is refused.
startTelemetry({ servicename: 'x' })
`,
    )
    await writeFile(
      join(project, 'tsconfig.json'),
      JSON.stringify({
        compilerOptions: {
          ...options,
          target: 'es2024',
          lib: ['es2024', 'esnext.disposable'],
          strict: true,
          exactOptionalPropertyTypes: true,
          noEmit: true,
          skipLibCheck: false,
          types: ['node'],
          typeRoots: [fileURLToPath(new URL('node_modules/@types', ROOT))],
        },
        files: [file],
      }),
    )
    const tsc = fileURLToPath(new URL('node_modules/typescript/bin/tsc', ROOT))
    const { stdout } = await run(process.execPath, [tsc, '-p', project]).catch((error) => error)
    expect(stdout).toBe('')
  })

  it('brings the doctor, who sends a linked pair of traces', async () => {
    await using backend = await startTestReceiver()
    const doctor = join(project, 'node_modules', '@linked-traces', 'telemetry', 'dist', 'linked-traces.js')
    await run(process.execPath, [doctor, 'doctor', '--json'], {
      cwd: project,
      env: { PATH: process.env.PATH, OTEL_EXPORTER_OTLP_ENDPOINT: backend.url },
    })
    expect(new Set(backend.spans().map(({ traceId }) => traceId)).size).toBe(2)
    expect(backend.spans().flatMap(({ links }) => links).length).toBeGreaterThan(0)
  })
})

/** With the repository's Node, as pnpm's own scripts are. */
async function runCommand(command: string[] | undefined, cwd: string): Promise<void> {
  const [file = '', ...args] = command ?? []
  const PATH = [dirname(process.execPath), process.env.PATH].join(delimiter)
  await run(file, args, {
    cwd,
    env: { ...process.env, PATH },
    shell: process.platform === 'win32',
    timeout: 150_000,
  })
}

async function started(child: ChildProcess): Promise<{ url: string; stderr: () => string }> {
  let errors = ''
  child.stderr?.on('data', (chunk: Buffer) => {
    errors += chunk.toString()
  })
  const [line] = await Promise.race([
    once(child.stdout ?? child, 'data'),
    once(child, 'close').then(() => {
      throw new Error(`The application ended before it listened. It printed:\n${errors}`)
    }),
  ])
  return { url: String(line).trim(), stderr: () => errors }
}
