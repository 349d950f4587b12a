import { execFile, execFileSync } from 'node:child_process'
import { chmod, cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../../', import.meta.url))

describe('.ci/run', () => {
  let folder: string
  /** Holds an `npx` of ours, and the reports that its `pnpm test` leaves. */
  let tools: string

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'linked-traces-ci-'))
    tools = await mkdtemp(join(tmpdir(), 'linked-traces-ci-tools-'))
    execFileSync('git', ['init', '--quiet'], { cwd: folder })
    for (const part of ['.ci', '.gitignore', 'scripts/ci.ts', 'scripts/ci', 'scripts/package.json']) {
      await cp(join(root, part), join(folder, part), { recursive: true })
    }
    await mkdir(join(folder, 'node_modules/.bin'), { recursive: true })
    await symlink(process.execPath, join(folder, 'node_modules/.bin/node'))
    await write('packages/a/package.json', '{}')
    await write('packages/a/src/one.test.ts')
    await write('packages/a/test/two.test.ts')
    await write('apps/b/package.json', '{}')
    await write('apps/b/test/three.test.ts')
  })
  afterEach(async () => {
    await rm(folder, { recursive: true })
    await rm(tools, { recursive: true })
  })

  async function write(path: string, text = '', base = folder): Promise<void> {
    await mkdir(dirname(join(base, path)), { recursive: true })
    await writeFile(join(base, path), text)
  }

  /** A report as vitest writes it: `passed` and `failed` tests in each file. */
  function report(
    ...files: readonly { name: string; passed?: number; failed?: number; broken?: boolean }[]
  ): string {
    const sum = (key: 'passed' | 'failed') => files.reduce((total, file) => total + (file[key] ?? 0), 0)
    const isFine = files.every((file) => !file.failed && !file.broken)
    return JSON.stringify({
      success: isFine,
      numPassedTests: sum('passed'),
      numFailedTests: sum('failed'),
      testResults: files.map(({ name, passed = 0, failed = 0, broken = false }) => ({
        name: join(folder, name),
        status: failed > 0 || broken ? 'failed' : 'passed',
        assertionResults: [
          ...Array.from({ length: passed }, () => ({
            status: 'passed',
            fullName: 'rolls',
            failureMessages: [],
          })),
          ...Array.from({ length: failed }, (_, index) => ({
            status: 'failed',
            fullName: `dice falls off the table, ${index + 1}`,
            failureMessages: ['Error: it is under the table\n    at dice.ts:6:6'],
          })),
        ],
      })),
    })
  }

  /** Runs `.ci/run` with a `pnpm test` that leaves these reports, and with these exit codes. */
  async function ci(
    reports: Record<string, string>,
    codes: { test?: number; check?: number; leaves?: string } = {},
  ) {
    const { test = 0, check = 0, leaves = '/dev/null' } = codes
    for (const [path, text] of Object.entries(reports)) {
      await write(`reports/${path}/test-results/vitest.json`, text, tools)
    }
    await mkdir(join(tools, 'reports'), { recursive: true })
    const npx = `#!/bin/sh
echo "npx $* (TURBO_FORCE=$TURBO_FORCE)"
case "$3" in
  test) cp -R '${tools}/reports/.' . && exit ${test} ;;
  check) echo 'said by a check' | tee ${leaves}; exit ${check} ;;
esac
`
    await write('npx', npx, tools)
    await chmod(join(tools, 'npx'), 0o755)
    const env = { PATH: [tools, process.env.PATH].join(delimiter) }
    return new Promise<{ code: unknown; lines: string[] }>((resolve) => {
      execFile(join(folder, '.ci/run'), { env }, (error, stdout, stderr) => {
        resolve({ code: error?.code ?? 0, lines: `${stderr}${stdout}`.trimEnd().split('\n') })
      })
    })
  }

  const good = () => ({
    'packages/a': report(
      { name: 'packages/a/src/one.test.ts', passed: 3 },
      { name: 'packages/a/test/two.test.ts', passed: 4 },
    ),
    'apps/b': report({ name: 'apps/b/test/three.test.ts', passed: 5 }),
  })

  it("runs the tests without turbo's cache, then the other checks, and ends with the sum", async () => {
    const { code, lines } = await ci(good())
    expect(lines).toContain('npx -y pnpm@12 test (TURBO_FORCE=true)')
    expect(lines).toContain('npx -y pnpm@12 check --without-tests (TURBO_FORCE=true)')
    expect(lines.at(-1)).toBe('12 passed, 0 failed')
    expect(code).toBe(0)
  })

  it('runs the test command of the README', async () => {
    expect(await readFile(join(root, 'README.md'), 'utf8')).toContain('\n```sh\nnpx -y pnpm@12 test\n```\n')
  })

  it('fails with the true sum when a test fails', async () => {
    const reports = {
      ...good(),
      'apps/b': report({ name: 'apps/b/test/three.test.ts', passed: 5, failed: 2 }),
    }
    const { code, lines } = await ci(reports, { test: 1 })
    expect(lines.at(-1)).toBe('12 passed, 2 failed')
    expect(code).toBe(1)
  })

  it('says at its end, after what the checks print, which tests failed and why', async () => {
    const file = 'apps/b/test/three.test.ts'
    const { lines } = await ci({ ...good(), 'apps/b': report({ name: file, passed: 5, failed: 2 }) })
    expect(lines.slice(lines.indexOf('said by a check') + 1)).toEqual([
      '',
      `${join(folder, file)}: dice falls off the table, 1`,
      'Error: it is under the table',
      '    at dice.ts:6:6',
      `${join(folder, file)}: dice falls off the table, 2`,
      'Error: it is under the table',
      '    at dice.ts:6:6',
      '',
      '12 passed, 2 failed',
    ])
  })

  it('says so when tests failed, but none of them alone', async () => {
    const { code, lines } = await ci({
      ...good(),
      'apps/b': good()['apps/b'].replace('"success":true', '"success":false'),
    })
    expect(lines).toContain(`The tests of ${join('apps', 'b')} failed, but none of them alone.`)
    expect(lines.at(-1)).toBe('12 passed, 0 failed')
    expect(code).toBe(1)
  })

  it('fails when a failed test went with exit code 0', async () => {
    const { code } = await ci({
      ...good(),
      'apps/b': report({ name: 'apps/b/test/three.test.ts', passed: 5, failed: 2 }),
    })
    expect(code).toBe(1)
  })

  it('counts a test file that could not be loaded as failed', async () => {
    const { code, lines } = await ci({
      ...good(),
      'apps/b': report({ name: 'apps/b/test/three.test.ts', broken: true }),
    })
    expect(lines.at(-1)).toBe('7 passed, 1 failed')
    expect(code).toBe(1)
  })

  it.each([{ test: 1 }, { check: 1 }])(
    'fails when %j is an exit code, whatever the reports say',
    async (codes) => {
      const { code, lines } = await ci(good(), codes)
      expect(lines.at(-1)).toBe('12 passed, 0 failed')
      expect(code).toBe(1)
    },
  )

  it('fails when a package with tests left no report, also when it left one earlier', async () => {
    const { 'packages/a': a } = good()
    await write('apps/b/test-results/vitest.json', good()['apps/b'])
    const { code, lines } = await ci({ 'packages/a': a })
    expect(lines).toContain(`apps/b has tests, but no ${join('test-results', 'vitest.json')}.`)
    expect(lines.at(-1)).toBe('7 passed, 0 failed')
    expect(code).toBe(1)
  })

  it('fails when a test file did not run', async () => {
    await write('packages/a/src/forgotten.test.ts')
    const { code, lines } = await ci(good())
    expect(lines).toContain(`${join('packages', 'a', 'src', 'forgotten.test.ts')} did not run.`)
    expect(code).toBe(1)
  })

  it('fails when something was left behind', async () => {
    const { code, lines } = await ci(good(), { leaves: 'left-behind.txt' })
    expect(lines).toContain('?? left-behind.txt')
    expect(lines.at(-1)).toBe('12 passed, 0 failed')
    expect(code).toBe(1)
  })

  it('fails when there is no test file', async () => {
    await rm(join(folder, 'packages'), { recursive: true })
    await rm(join(folder, 'apps'), { recursive: true })
    const { code, lines } = await ci({})
    expect(lines).toContain('There is no test file.')
    expect(lines.at(-1)).toBe('0 passed, 0 failed')
    expect(code).toBe(1)
  })

  it('fails when nothing could be installed', async () => {
    await rm(join(folder, 'node_modules'), { recursive: true })
    const { code, lines } = await ci(good(), { test: 1 })
    expect(lines.at(-1)).toBe('0 passed, 0 failed')
    expect(code).toBe(1)
  })
})
