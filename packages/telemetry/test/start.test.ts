import { cp, mkdtemp, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { arch, hostname, tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { startTestReceiver } from '@linked-traces/otlp-receiver/testing'
import { describe, expect, it } from 'vitest'
import { here, runNode, runToEnd, SOURCE } from './run-node.ts'

const IN_CODE = { flags: [SOURCE] }

describe('startTelemetry', () => {
  it('sends spans with what is known of service, SDK, distribution, host and process, and never its arguments', async () => {
    await using backend = await startTestReceiver()
    const result = await runToEnd('ends-a-span-then-ends.ts', {
      env: { WORKBENCH_URL: backend.url, OTEL_RESOURCE_ATTRIBUTES: 'service.namespace=shop,team=a%20team' },
      args: ['--password', 'hunter2'],
    })
    expect(result).toEqual({ code: 0, signal: null, stdout: '', stderr: '' })
    const [span] = backend.spans()
    expect(span?.resource).toEqual({
      'service.name': '@linked-traces/telemetry',
      'service.version': '0.1.0',
      'service.namespace': 'shop',
      'service.instance.id': expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
      'telemetry.sdk.name': 'opentelemetry',
      'telemetry.sdk.language': 'nodejs',
      'telemetry.sdk.version': expect.stringMatching(/^3\./),
      'telemetry.distro.name': '@linked-traces/telemetry',
      'telemetry.distro.version': await ownVersion(),
      'host.name': hostname(),
      'host.arch': arch() === 'x64' ? 'amd64' : arch(),
      'os.type': process.platform,
      'os.version': expect.any(String),
      'process.pid': expect.anything(),
      'process.executable.name': basename(process.execPath),
      'process.executable.path': process.execPath,
      'process.runtime.name': 'nodejs',
      'process.runtime.version': process.versions.node,
      'process.runtime.description': 'Node.js',
      team: 'a team',
    })
    expect(span?.resourceSchemaUrl).toBe('https://opentelemetry.io/schemas/1.37.0')
    expect(backend.requests).toMatchObject([
      { encoding: 'protobuf', headers: { 'content-encoding': 'gzip' } },
    ])
  })

  it('takes everything from code', async () => {
    await using backend = await startTestReceiver()
    const result = await runToEnd('starts-with-everything-in-code.ts', { ...IN_CODE, args: [backend.url] })
    expect(result).toEqual({ code: 0, signal: null, stdout: 'own\n', stderr: '' })
    expect(backend.spans()).toMatchObject([
      {
        name: 'last',
        attributes: { stamped: true, long: '12345' },
        resource: {
          'service.name': 'in-code',
          'service.version': '9.9.9',
          'service.namespace': 'shop',
          'deployment.environment.name': 'test',
        },
      },
    ])
    expect(backend.requests).toMatchObject([{ encoding: 'json', headers: { 'x-api-key': 'secret' } }])
  })

  it('starts once: the second call gets the telemetry of the first, and says so in one line', async () => {
    await using backend = await startTestReceiver()
    const result = await runToEnd('starts-telemetry-twice.ts', {
      ...IN_CODE,
      env: { WORKBENCH_URL: backend.url },
    })
    expect(result).toEqual({
      code: 0,
      signal: null,
      stdout: 'true\n',
      stderr:
        'linked-traces: Telemetry was started before: the first start counts, and the options of this one are not used.\n',
    })
    expect(backend.spans()).toMatchObject([
      { name: 'last', scope: { name: 'service1', version: '1.2.3' }, resource: { 'service.name': 'first' } },
    ])
  })

  it('sends every span to Axiom and to the workbench, each with its own headers', async () => {
    await using axiom = await startTestReceiver()
    await using workbench = await startTestReceiver()
    const result = await runToEnd('ends-a-span-then-ends.ts', {
      env: {
        AXIOM_TOKEN: 'xaat-01234567-89ab-cdef-0123-456789abcdef',
        AXIOM_DATASET: 'traces',
        AXIOM_EDGE_URL: axiom.url,
        WORKBENCH_URL: workbench.url,
        OTEL_EXPORTER_OTLP_HEADERS: 'x-api-key=other',
      },
    })
    expect(result).toMatchObject({ code: 0 })
    expect(axiom.spans().map(({ spanId }) => spanId)).toEqual(workbench.spans().map(({ spanId }) => spanId))
    expect(axiom.requests[0]?.headers).toMatchObject({
      authorization: 'Bearer xaat-01234567-89ab-cdef-0123-456789abcdef',
      'x-axiom-dataset': 'traces',
    })
    expect(axiom.requests[0]?.headers).not.toHaveProperty('x-api-key')
    const toWorkbench = Object.keys(workbench.requests[0]?.headers ?? {})
    for (const name of ['authorization', 'x-axiom-dataset', 'x-api-key'])
      expect(toWorkbench).not.toContain(name)
  })

  it('makes no spans of its own exports', async () => {
    await using backend = await startTestReceiver()
    // As many exports as spans.
    const env = { WORKBENCH_URL: backend.url, OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '1' }
    expect(await runToEnd('answers-itself.mjs', { env })).toMatchObject({ code: 0, stderr: '' })
    expect(backend.requests).toHaveLength(2)
    expect(
      backend
        .spans()
        .map(({ name }) => name)
        .toSorted(),
    ).toEqual(['GET', 'GET /items/:id'])
  })

  it('refuses what it cannot honour, without printing a secret, before the application runs', async () => {
    const result = await runToEnd('ends-a-span-then-waits-for-a-signal.ts', {
      env: { AXIOM_TOKEN: 'xaat-01234567-89ab-cdef-0123-456789abcdef', OTEL_BSP_MAX_QUEUE_SIZE: 'many' },
    })
    expect(result).toMatchObject({ code: 1, stdout: '' })
    expect(result.stderr.trimEnd().split('\n')).toEqual([
      'Telemetry was not started: 2 settings cannot be honoured.',
      expect.stringContaining('  AXIOM_DATASET: expected '),
      expect.stringContaining('  OTEL_BSP_MAX_QUEUE_SIZE: expected '),
    ])
    expect(result.stderr).not.toContain('01234567')
  })

  it('says once what was decided between settings that exclude each other', async () => {
    await using backend = await startTestReceiver()
    const { stderr } = await runToEnd('ends-a-span-then-ends.ts', {
      env: {
        OTEL_EXPORTER_OTLP_ENDPOINT: backend.url,
        AXIOM_TOKEN: 'xaat-01234567-89ab-cdef-0123-456789abcdef',
        AXIOM_DATASET: 'traces',
      },
    })
    expect(stderr).toMatch(/^linked-traces: .*AXIOM.*\n$/)
    expect(backend.requests[0]?.headers).not.toHaveProperty('authorization')
    expect(backend.spans()).toHaveLength(1)
  })

  it.each([
    ['OTEL_SDK_DISABLED', 'true', /^00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\n$/],
    [
      'OTEL_TRACES_EXPORTER',
      'none',
      /^00-0af7651916cd43dd8448eb211c80319c-(?!b7ad6b7169203331)[0-9a-f]{16}-01\n$/,
    ],
  ])('propagates trace context, and exports nothing, with %s=%s', async (name, value, traceparent) => {
    await using backend = await startTestReceiver()
    const env = { [name]: value, OTEL_EXPORTER_OTLP_ENDPOINT: backend.url }
    const result = await runToEnd('calls-on-behalf-of-a-caller.mjs', { env })
    expect(result).toMatchObject({ code: 0, stdout: expect.stringMatching(traceparent) })
    expect(backend.requests).toEqual([])
  })

  it('propagates in the formats it is told, in none with OTEL_PROPAGATORS=none', async () => {
    const env = { OTEL_TRACES_EXPORTER: 'none', OTEL_PROPAGATORS: 'none' }
    expect(await runToEnd('calls-on-behalf-of-a-caller.mjs', { env })).toMatchObject({ stdout: 'none\n' })
  })

  it('prints spans to stdout with OTEL_TRACES_EXPORTER=console', async () => {
    const result = await runToEnd('ends-a-span-then-ends.ts', { env: { OTEL_TRACES_EXPORTER: 'console' } })
    expect(result).toMatchObject({ code: 0, stderr: '' })
    expect(result.stdout).toContain(`name: 'last'`)
  })

  it('says what OpenTelemetry says of itself on stderr, as much as OTEL_LOG_LEVEL asks for', async () => {
    await using backend = await startTestReceiver()
    const env = { WORKBENCH_URL: backend.url, OTEL_LOG_LEVEL: 'debug' }
    const result = await runToEnd('ends-a-span-then-ends.ts', { env })
    expect(result).toMatchObject({ code: 0, stdout: '' })
    expect(result.stderr).toMatch(/^linked-traces: OpenTelemetry debug: /m)
  })

  it('says nothing with OTEL_LOG_LEVEL=none', async () => {
    const backend = await startTestReceiver()
    await backend.close()
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: backend.url, OTEL_LOG_LEVEL: 'none' }
    expect(await runToEnd('ends-a-span-then-ends.ts', { env })).toMatchObject({ code: 0, stderr: '' })
  })

  it('delivers what ended before the workbench was up', async () => {
    const reserved = await startTestReceiver()
    await reserved.close()
    const child = runNode('tells-its-last-error-every-50-ms.ts', {
      ...IN_CODE,
      env: { WORKBENCH_URL: reserved.url, OTEL_BSP_SCHEDULE_DELAY: '50' },
    })
    await child.says('refused the connection')
    await using workbench = await startTestReceiver({ port: reserved.port })
    await workbench.waitForSpans(1)
    child.kill('SIGTERM')
    expect(await child.ended).toMatchObject({ signal: 'SIGTERM' })
  })

  it('says what a backend refuses once, and what to do, however often it does; and at the end how much it was', async () => {
    await using backend = await startTestReceiver()
    backend.respondAlwaysWith({
      status: 401,
      headers: { 'content-type': 'application/json' },
      body: '{"message":"no"}',
    })
    const child = runNode('tells-its-last-error-every-50-ms.ts', {
      ...IN_CODE,
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: backend.url, OTEL_BSP_SCHEDULE_DELAY: '50' },
    })
    await backend.waitForRequests(5)
    child.kill('SIGTERM')
    const { stderr } = await child.ended
    expect(stderr).toMatch(
      new RegExp(
        `^linked-traces: OTLP endpoint ${backend.url}/v1/traces answered 401 Unauthorized: no; \\d+ spans? lost. ` +
          'Check the credentials in OTEL_EXPORTER_OTLP_HEADERS.\\n' +
          `linked-traces: OTLP endpoint ${backend.url}/v1/traces did not get \\d+ spans? before the end\\.\\n$`,
      ),
    )
  })

  it('leaves the process to an SDK that was there first, and says so', async () => {
    await using backend = await startTestReceiver()
    const result = await runToEnd('registers-an-sdk-of-its-own-first.ts', {
      ...IN_CODE,
      env: { WORKBENCH_URL: backend.url },
    })
    expect(result).toMatchObject({ code: 0, stdout: 'still here\n' })
    expect(result.stderr).toContain(
      'linked-traces: Another OpenTelemetry SDK was registered before: it goes on, and this one is not used.',
    )
    expect(backend.requests).toEqual([])
  })

  describe('with several copies of @opentelemetry/api', () => {
    it('records the spans of both that the package has, for ES modules and for CommonJS', async () => {
      await using backend = await startTestReceiver()
      const env = { WORKBENCH_URL: backend.url }
      const result = await runToEnd('makes-a-span-with-each-copy-of-the-api.mjs', { env })
      expect(result).toMatchObject({ code: 0, stdout: 'two copies\n', stderr: '' })
      const [child, parent] = backend.spans()
      expect([child?.name, parent?.name]).toEqual(['required', 'imported'])
      expect(child?.parentSpanId).toBe(parent?.spanId)
    })

    it('records the spans of an older copy in the application', async () => {
      await using backend = await startTestReceiver()
      await using app = await applicationWithApi('1.9.0')
      expect(await runToEnd(app.entry, { env: { WORKBENCH_URL: backend.url } })).toMatchObject({
        code: 0,
        stderr: '',
      })
      expect(backend.spans().map(({ name }) => name)).toEqual(['last'])
    })

    it('names a newer copy whose spans go nowhere, and the cure, in one line', async () => {
      await using backend = await startTestReceiver()
      await using app = await applicationWithApi('1.11.0')
      const { stderr } = await runToEnd(app.entry, { env: { WORKBENCH_URL: backend.url } })
      expect(stderr).toBe(
        `linked-traces: The application's own spans go nowhere: it gets @opentelemetry/api 1.11.0 from ${app.api}, which ` +
          'does not see the SDK of 1.10.0. Install 1.10.0 there.\n',
      )
      expect(backend.spans()).toEqual([])
    })
  })
})

async function ownVersion(): Promise<string> {
  return JSON.parse(await readFile(here('../package.json'), 'utf8')).version
}

/** An application that brings along a copy of the API, which takes itself for another version. */
async function applicationWithApi(version: string) {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'linked-traces-')))
  const api = join(folder, 'node_modules/@opentelemetry/api')
  await cp(await realpath(here('../node_modules/@opentelemetry/api')), api, { recursive: true })
  const original = JSON.parse(await readFile(join(api, 'package.json'), 'utf8')).version
  for (const name of await readdir(api, { recursive: true })) {
    const path = join(api, name)
    if (!/\.cjs$|^package\.json$/.test(name)) continue
    await writeFile(path, (await readFile(path, 'utf8')).replaceAll(`"${original}"`, `"${version}"`))
  }
  const entry = join(folder, 'app.cjs')
  await writeFile(entry, `require('@opentelemetry/api').trace.getTracer('app').startSpan('last').end()\n`)
  return { entry, api, [Symbol.asyncDispose]: () => rm(dirname(entry), { recursive: true }) }
}
