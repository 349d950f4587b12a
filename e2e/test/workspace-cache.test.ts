import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../../', import.meta.url))

/** As `turbo run --dry=json` tells it. */
interface DryRun {
  readonly globalCacheInputs: { readonly files: Readonly<Record<string, string>> }
  readonly tasks: readonly Task[]
}

interface Task {
  readonly taskId: string
  readonly task: string
  readonly command: string
  readonly directory: string
  /** Files by their path from `directory`. */
  readonly inputs: Readonly<Record<string, string>>
  readonly dependencies: readonly string[]
}

interface Manifest {
  readonly name: string
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
}

describe('the cache of pnpm test', () => {
  const dryRun = turboDryRun()
  const files = sourceFiles()
  const manifests = new Map(
    dryRun.tasks.map(({ directory }): [string, Manifest] => [
      directory,
      JSON.parse(readFileSync(join(root, directory, 'package.json'), 'utf8')),
    ]),
  )
  const tests = dryRun.tasks.filter(({ task, command }) => task === 'test' && command !== '<NONEXISTENT>')

  it('covers every package that has tests', () => {
    const withTests = new Set(files.filter((file) => file.endsWith('.test.ts')).map((file) => owner(file)))
    expect(tests.map(({ directory }) => directory).sort()).toEqual([...withTests].sort())
  })

  it.each(tests)('changes with every file that $taskId can see', (test) => {
    const inputs = inputsOf(test)
    expect(visibleTo(test).filter((file) => !inputs.has(file))).toEqual([])
  })

  it('changes for e2e with every file of the repository', () => {
    const inputs = inputsOf(tests.find(({ directory }) => directory === 'e2e'))
    expect(files.filter((file) => !inputs.has(file))).toEqual([])
  })

  /** The folder of the workspace package that a file belongs to; the innermost, where one lies in another. */
  function owner(file: string): string {
    const owners = [...manifests.keys()].filter((directory) => file.startsWith(`${directory}/`))
    return owners.sort((a, b) => b.length - a.length)[0] ?? '.'
  }

  /** All that changes a task's hash: its own inputs, those of the tasks it depends on, and the global ones. */
  function inputsOf(
    task: Task | undefined,
    inputs = new Set(Object.keys(dryRun.globalCacheInputs.files)),
  ): Set<string> {
    if (task === undefined) return inputs
    for (const input of Object.keys(task.inputs)) inputs.add(posix.join(task.directory, input))
    for (const id of task.dependencies)
      inputsOf(
        dryRun.tasks.find(({ taskId }) => taskId === id),
        inputs,
      )
    return inputs
  }

  /** The package's own files, those of the workspace packages it depends on, and what its code names by relative path. */
  function visibleTo({ directory }: Task): string[] {
    const folders = withDependencies(directory)
    const own = files.filter((file) => folders.has(owner(file)))
    return [...own, ...own.filter((file) => owner(file) === directory).flatMap(namedIn)]
  }

  function withDependencies(directory: string, found = new Set<string>()): Set<string> {
    if (found.has(directory)) return found
    found.add(directory)
    const { dependencies, devDependencies } = manifests.get(directory) ?? {}
    for (const name of Object.keys({ ...dependencies, ...devDependencies })) {
      const neighbour = [...manifests].find(([, manifest]) => manifest.name === name)
      if (neighbour) withDependencies(neighbour[0], found)
    }
    return found
  }

  /** Files outside the package that a file names in a string such as `'../../README.md'`, or by a folder above them. */
  function namedIn(file: string): string[] {
    if (!/\.(ts|mjs|js|json)$/.test(file)) return []
    const strings = readFileSync(join(root, file), 'utf8').matchAll(
      /['"`]((?:\.\.?\/)*\.\.(?:\/[^'"`$\n]*)?)/g,
    )
    return [...strings].flatMap(([, path = '']) => {
      const target = posix.join(dirname(file), path).replace(/\/$/, '')
      const isFile = files.includes(target)
      return files.filter((each) =>
        isFile ? each === target : target === '.' || each.startsWith(`${target}/`),
      )
    })
  }
})

/** Every file of the repository, committed or about to be. */
function sourceFiles(): string[] {
  const list = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z'], {
    cwd: root,
  })
  return list
    .toString()
    .split('\0')
    .filter((file) => file !== '' && existsSync(join(root, file)))
}

function turboDryRun(): DryRun {
  // From the root: elsewhere turbo looks at the package it stands in only.
  const output = execFileSync(process.execPath, ['scripts/turbo.ts', 'run', 'test', '--dry=json'], {
    cwd: root,
    maxBuffer: 64 * 1024 * 1024,
  })
  return JSON.parse(output.toString())
}
