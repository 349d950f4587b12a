import { execFile, execFileSync } from 'node:child_process'
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../../', import.meta.url))

describe('pnpm check', { timeout: 120_000 }, () => {
  /** This repository's rules and commands, without its code. */
  let folder: string

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'linked-traces-check-'))
    for (const part of ['package.json', 'biome.json', '.gitignore', 'scripts/check.ts', 'scripts/check']) {
      await cp(join(root, part), join(folder, part), { recursive: true })
    }
    await symlink(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction')
    const git = (...args: string[]) => execFileSync('git', args, { cwd: folder })
    git('init', '--quiet')
    git('add', 'scripts')
    git('-c', 'user.name=test', '-c', 'user.email=test@localhost', 'commit', '--quiet', '--message', 'All')
  })
  afterEach(() => rm(folder, { recursive: true }))

  async function write(path: string, text: string): Promise<void> {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), text)
  }

  function check(): Promise<{ code: unknown; output: string }> {
    return new Promise((resolve) => {
      execFile(process.execPath, ['scripts/check.ts'], { cwd: folder }, (error, stdout, stderr) => {
        resolve({ code: error?.code ?? 0, output: `${stderr}${stdout}` })
      })
    })
  }

  it('ends at code that is not formatted, and says so last', async () => {
    await write('apps/dice/src/app.ts', 'export const sides = 6;\n')
    const { code, output } = await check()
    expect(output).toContain('apps/dice/src/app.ts format')
    expect(output).toMatch(/check failed: format\n0 of 6 kinds of checks passed: none\.\n$/)
    expect(code).toBe(1)
  })

  it('ends at an import against the direction, before anything is tested or built', async () => {
    await write('apps/gateway/src/shortcut.ts', "export { diceApp } from '../../dice/src/app.ts'\n")
    const { code, output } = await check()
    expect(output).toContain('no app is imported')
    expect(output).toMatch(
      /check failed: lint and import boundaries\n1 of 6 kinds of checks passed: format\.\n$/,
    )
    expect(code).toBe(1)
  })
})
