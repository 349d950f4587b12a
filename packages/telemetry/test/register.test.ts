import { execFile } from 'node:child_process'
import { rm } from 'node:fs/promises'
import { promisify } from 'node:util'
import { startTestReceiver } from '@linked-traces/otlp-receiver/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { here, REGISTER, runToEnd } from './run-node.ts'

const BUILT = here('../test-results/dist-of-register-test')

const nodes = {
  'this Node': process.execPath,
  'Node 22.19': here('node-versions/node_modules/node-22/bin/node'),
  'Node 24': here('node-versions/node_modules/node-24/bin/node'),
}
const flags = {
  source: REGISTER,
  build: ['--import', `${BUILT}/register.js`],
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

describe.each(Object.entries(nodes))('register on %s', (_, node) => {
  it.each([
    ['an ES module', 'source', 'answers-itself.mjs'],
    ['a CommonJS module', 'source', 'answers-itself.cjs'],
    ['an ES module', 'build', 'answers-itself.mjs'],
    ['a CommonJS module', 'build', 'answers-itself.cjs'],
  ] as const)('instruments %s from its %s, and prints nothing', async (_module, form, app) => {
    await using backend = await startTestReceiver()
    const result = await runToEnd(app, { node, flags: flags[form], env: { WORKBENCH_URL: backend.url } })
    expect({ ...result, stderr: withoutTypeStripping(result.stderr) }).toEqual({
      code: 0,
      signal: null,
      stdout: '',
      stderr: '',
    })
    expect(backend.spans()).toHaveLength(2)
    const [client, server] = backend.spans().toSorted((a, b) => b.kind - a.kind)
    expect(server).toMatchObject({
      name: 'GET /items/:id',
      attributes: { 'http.route': '/items/:id', 'http.response.status_code': 200 },
      traceId: client?.traceId,
      parentSpanId: client?.spanId,
    })
  })

  it('delivers the last span when the built package exits', async () => {
    await using backend = await startTestReceiver()
    const env = { WORKBENCH_URL: backend.url }
    const result = await runToEnd('ends-a-span-then-calls-exit.cjs', { node, flags: flags.build, env })
    expect(result).toEqual({ code: 3, signal: null, stdout: '', stderr: '' })
    expect(backend.spans().map(({ name }) => name)).toEqual(['last'])
  })
})

describe('register', () => {
  it.each([
    ['--eval with an argument', ['--eval', 'console.log("runs")', 'order.json']],
    ['--print with an argument', ['--print', '"runs"', './order.json']],
  ])('does not mind %s, which is no application', async (_how, script) => {
    await using backend = await startTestReceiver()
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [...REGISTER, ...script], {
      env: { WORKBENCH_URL: backend.url },
    })
    expect({ stdout, stderr }).toEqual({ stdout: 'runs\n', stderr: '' })
  })
})

/** Node 22 warns of the type stripping that runs the source here; users get JavaScript. */
function withoutTypeStripping(stderr: string): string {
  return stderr.replace(
    /^\(node:\d+\) ExperimentalWarning: Type Stripping .*\n\(Use `node --trace-warnings.*\n/m,
    '',
  )
}
