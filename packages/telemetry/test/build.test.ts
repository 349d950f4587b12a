import { execFile } from 'node:child_process'
import { readdir, readFile, rm } from 'node:fs/promises'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { startTestReceiver } from '@linked-traces/otlp-receiver/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { here, runToEnd } from './run-node.ts'

const BUILT = here('../test-results/dist-of-build-test')
const built = (file: string) => pathToFileURL(`${BUILT}/${file}`).href
const fixture = (name: string) => here(`build-fixtures/${name}`)

/** What runs with the package is not bundled: the application's own copy, and hooks that Node loads by path. */
const EXTERNAL = ['@opentelemetry/api', 'import-in-the-middle', 'import-in-the-middle/create-hook.mjs']

const nodes = {
  'this Node': process.execPath,
  'Node 22.19': here('node-versions/node_modules/node-22/bin/node'),
  'Node 24': here('node-versions/node_modules/node-24/bin/node'),
}

beforeAll(async () => {
  await promisify(execFile)(process.execPath, [
    here('../build/build.ts'),
    '--out',
    BUILT,
    '--without-declarations',
  ])
})
afterAll(() => rm(BUILT, { recursive: true, force: true }))

describe('the built package', () => {
  it('starts from one file beside the API, and has Node load nothing that can wait for a span or an export', async () => {
    await using backend = await startTestReceiver()
    const { stdout, stderr } = await runToEnd(fixture('tells-what-is-loaded.mjs'), {
      flags: [],
      args: [built('register.js')],
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: backend.url, OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip' },
    })
    expect({ ...JSON.parse(stdout), stderr }).toEqual({
      own: ['register.js'],
      others: ['@opentelemetry/api'],
      // The clock of spans.
      builtins: ['perf_hooks'],
      stderr: '',
    })
  })

  it.each(Object.entries(nodes))(
    'traces an application that requires or imports Express, on %s',
    async (_, node) => {
      for (const app of ['requires-express.cjs', 'imports-express-then-http.mjs']) {
        await using backend = await startTestReceiver()
        const { stderr } = await runToEnd(here(`boundary-fixtures/${app}`), {
          node,
          flags: ['--import', built('register.js')],
          env: { OTEL_EXPORTER_OTLP_ENDPOINT: backend.url, OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip' },
        })
        expect(stderr).toBe('')
        expect(
          backend
            .spans()
            .map(({ name }) => name)
            .toSorted(),
        ).toEqual(['GET', 'GET /items/:id'])
      }
    },
  )

  // Node 24 and older cannot load Express in this way, traced or not.
  it('traces an Express that asynchronous hooks have given the source of', async () => {
    await using backend = await startTestReceiver()
    const hooks = here('boundary-fixtures/gives-the-source-of-commonjs.mjs')
    await runToEnd(here('boundary-fixtures/imports-express-then-http.mjs'), {
      flags: ['--import', hooks, '--import', built('register.js')],
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: backend.url },
    })
    expect(backend.spans().map(({ name }) => name)).toContain('GET /items/:id')
  })

  it('is ASCII throughout, of which V8 holds a character in one byte', async () => {
    const files = (await readdir(BUILT)).filter((file) => file.endsWith('.js'))
    expect(files).toContain('register.js')
    for (const file of files) expect(await readFile(`${BUILT}/${file}`, 'latin1')).not.toMatch(/[^\0-\x7f]/)
  })

  it('takes from other packages what cannot be bundled, and nothing else', async () => {
    const code = await readFile(`${BUILT}/register.js`, 'utf8')
    const taken = [...code.matchAll(/^import .* from "([^"]+)";$|\brequire\$?\d*\("([^"]+)"\)/gm)]
    const specifiers = taken.map(([, imported, required]) => imported ?? required ?? '')
    const others = new Set(specifiers.filter((specifier) => !specifier.startsWith('node:')))
    expect([...others].toSorted()).toEqual(EXTERNAL)
  })

  it('works when it is required, with samplers, processors and instrumentations of any origin', async () => {
    await using backend = await startTestReceiver()
    const { stdout, stderr } = await runToEnd(fixture('starts-with-its-own-objects.cjs'), {
      flags: [],
      args: [`${BUILT}/index.js`],
      env: { WORKBENCH_URL: backend.url },
    })
    expect(stderr).toBe('')
    expect(JSON.parse(stdout)).toEqual({
      sampled: ['kept', 'left out'],
      started: ['kept'],
      ended: ['kept'],
      enabled: 1,
      providers: 1,
    })
    expect(backend.spans().map(({ name }) => name)).toEqual(['kept'])
  })

  it('has one class of each kind for all its entries, and stacks that lead to its source', async () => {
    const { stdout } = await runToEnd(fixture('is-misconfigured.mjs'), {
      flags: ['--enable-source-maps'],
      args: [built('index.js'), built('config.js')],
    })
    const { classes, stack } = JSON.parse(stdout)
    expect(classes).toEqual([true, true])
    expect(stack).toMatch(/src\/lib\/config\/resolve-config\.ts:\d+/)
  })

  it('keeps the licence of every package that is in it', async () => {
    const notices = await readFile(`${BUILT}/THIRD-PARTY-NOTICES`, 'utf8')
    const { sources } = JSON.parse(await readFile(`${BUILT}/register.js.map`, 'utf8')) as {
      sources: string[]
    }
    const names = sources.flatMap((path) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? [])
    expect(names).toContain('require-in-the-middle')
    for (const name of new Set(names)) expect(notices).toMatch(new RegExp(`^${name} \\d+\\.\\d+`, 'm'))
    expect(notices).toContain('Apache License')
    expect(notices).toContain('Copyright (c) 2025+, require-in-the-middle contributors')
  })
})
