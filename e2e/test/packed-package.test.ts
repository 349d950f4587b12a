import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { startTestReceiver } from '@linked-traces/otlp-receiver/testing'
import { expectTraces } from '@linked-traces/telemetry/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ROOT, readmeCommands } from './support/readme-blocks.ts'

const run = promisify(execFile)

/** A package that serves one request, and then ends of itself. */
const APP = `
import { createServer } from 'node:http'
const server = createServer((request, response) => response.end('hello', () => server.close()))
server.listen(0, '127.0.0.1', () => console.log('http://127.0.0.1:' + server.address().port))
`

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
  await writeFile(join(project, 'app.js'), APP)
  await writeFile(
    join(project, 'app.ts'),
    APP.replace('server.address().port', '(server.address() as { port: number }).port'),
  )
  await cp(new URL('packages/telemetry/examples/telemetry.ts', ROOT), join(project, 'telemetry.ts'))
}, 180_000)

afterAll(async () => {
  await rm(project, { recursive: true, force: true })
})

describe('@linked-traces/telemetry, packed and installed in an empty project', () => {
  it.each([
    ['with the command of the README', readmeCommands.find((line) => line.startsWith('node ')) ?? '', 'shop'],
    ['with a telemetry.ts of its own', 'node --import ./telemetry.ts app.ts', 'checkout'],
  ])('traces an application %s', async (_how, command, service) => {
    await using backend = await startTestReceiver()
    const [, ...args] = command.split(' ')
    const child = spawn(process.execPath, args, {
      cwd: project,
      env: { PATH: process.env.PATH, OTEL_EXPORTER_OTLP_ENDPOINT: backend.url },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const { url, stderr } = await started(child)
    expect(await (await fetch(url)).text()).toBe('hello')
    const [code] = await once(child, 'close')

    expect(stderr()).toBe('')
    expect(code).toBe(0)
    expectTraces(backend.spans(), [{ name: 'GET', kind: 'server', service }])
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
