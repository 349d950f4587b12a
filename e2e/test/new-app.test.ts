import { type ExecFileException, execFile } from 'node:child_process'
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify, stripVTControlCharacters } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ROOT, readmeCommands } from './support/readme-blocks.ts'
import { freePorts, startDev } from './support/start-dev.ts'

const NOT_IN_A_CHECKOUT = new Set(['.env', '.git', '.turbo', 'dist', 'node_modules', 'test-results'])

// A checkout of its own, to be written into.
let root: string

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'linked-traces-new-'))
  await cp(fileURLToPath(ROOT), root, {
    recursive: true,
    filter: (path) => !NOT_IN_A_CHECKOUT.has(basename(path)),
  })
}, 60_000)

afterAll(async () => {
  await rm(root, { recursive: true, force: true, maxRetries: 3 })
})

describe('pnpm new', { timeout: 240_000 }, () => {
  it('writes an app that keeps the rules of the house and passes its own tests', async () => {
    const [, , , ...command] = readmeCommands.find((line) => line.includes(' new '))?.split(' ') ?? []
    expect(await pnpm(...command)).toMatchObject({ code: 0 })
    expect(await pnpm('biome', 'check', '--error-on-warnings', 'apps/orders')).toMatchObject({ code: 0 })
    expect(await pnpm('--filter', '@linked-traces/orders', 'typecheck')).toMatchObject({ code: 0 })
    const test = await pnpm('--filter', '@linked-traces/orders', 'test')
    expect(test).toMatchObject({ code: 0, output: expect.stringMatching(/Tests +3 passed/) })
  })

  it('lets the app join pnpm dev, traced', async () => {
    const ports = await freePorts('WORKBENCH_PORT', 'DICE_PORT', 'GATEWAY_PORT', 'ORDERS_PORT')
    await using dev = await startDev(root, ports)
    const url = `http://127.0.0.1:${ports.ORDERS_PORT}`
    await dev.shows(new RegExp(`^ {2}orders +curl ${url}$`, 'm'))
    expect(await (await fetch(url)).text()).toBe('Hello from orders')
    await dev.shows(/orders: GET \/ \[server\]/)
  })

  it('gives the next app the next port', async () => {
    await pnpm('new', 'stock-room')
    const ports = await Promise.all(
      ['orders', 'stock-room'].map(
        async (app) => JSON.parse(await readFile(join(root, `apps/${app}/package.json`), 'utf8')).config.port,
      ),
    )
    expect(ports).toEqual([8082, 8083])
  })

  it.each([
    [['Orders API'], 'Expected a name of at most 40 lower-case letters'],
    [['dice'], 'apps/dice is there already'],
    [['telemetry'], 'The workspace has a package @linked-traces/telemetry already'],
    [['a', 'b'], 'Expected one name, received 2.'],
    [[], 'Expected one name, received 0.'],
  ])('refuses %j in a sentence', async (names, sentence) => {
    const { code, output } = await pnpm('new', ...names)
    expect(code).toBe(1)
    expect(output).toContain(sentence)
  })
})

/** `npx -y pnpm@12 …` in the checkout, with the repository's Node, as a user's terminal would run it. */
async function pnpm(...args: string[]): Promise<{ code: number; output: string }> {
  const PATH = [dirname(process.execPath), process.env.PATH].join(delimiter)
  // pnpm tells its scripts, and so this test, that what is missing is installed: here it is not. And in CI it would not
  // write the new app into the lockfile.
  const { pnpm_config_verify_deps_before_run: _, CI: __, ...env } = process.env
  const options = {
    cwd: root,
    env: { ...env, PATH },
    shell: process.platform === 'win32',
    timeout: 200_000,
  }
  try {
    const child = promisify(execFile)('npx', ['-y', 'pnpm@12', ...args], options)
    child.child.stdin?.end()
    const { stdout, stderr } = await child
    return { code: 0, output: stripVTControlCharacters(stdout + stderr) }
  } catch (error) {
    const { code, stdout, stderr } = error as ExecFileException
    return {
      code: typeof code === 'number' ? code : -1,
      output: stripVTControlCharacters(`${stdout}${stderr}`),
    }
  }
}
