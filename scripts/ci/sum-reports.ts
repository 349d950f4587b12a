import { globSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'

/** Where `vitest.shared.ts` lets each package leave its report. */
const REPORT = join('test-results', 'vitest.json')

/** The parts of vitest's JSON report that count. */
interface Report {
  readonly success: boolean
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly testResults: readonly {
    readonly name: string
    readonly status: string
    readonly assertionResults: readonly {
      readonly fullName: string
      readonly status: string
      /** With their stacks. */
      readonly failureMessages: readonly string[]
    }[]
  }[]
}

export interface Totals {
  readonly passed: number
  /** Failed tests, and test files that failed before they had any. */
  readonly failed: number
  /** What the numbers alone do not tell: which tests failed, and why; what did not run. */
  readonly problems: readonly string[]
}

/** Adds up the reports of all packages below `root`, and holds them against the test files that are there. */
export function sumReports(root: string): Totals {
  const files = globSync('**/*.test.ts', {
    cwd: root,
    exclude: (path) => /(^|[\\/])(node_modules|dist|\.git)$/.test(path),
  })
  const packages = Map.groupBy(files, (file) => packageOf(root, file))
  const problems: string[] = files.length === 0 ? ['There is no test file.'] : []
  let passed = 0
  let failed = 0
  for (const [folder, itsFiles] of packages) {
    const report = readReport(join(root, folder, REPORT))
    if (report === undefined) {
      problems.push(`${folder} has tests, but no ${REPORT}.`)
      continue
    }
    const unloaded = report.testResults.filter(
      ({ status, assertionResults }) => status === 'failed' && !assertionResults.some(isFailed),
    )
    passed += report.numPassedTests
    failed += report.numFailedTests + unloaded.length
    for (const { name, assertionResults } of report.testResults) {
      for (const { fullName, failureMessages } of assertionResults.filter(isFailed)) {
        problems.push([`${name}: ${fullName}`, ...failureMessages].join('\n'))
      }
    }
    for (const { name } of unloaded) problems.push(`${name} failed as a whole.`)
    // By an error outside of all tests, for example.
    if (!report.success && report.numFailedTests + unloaded.length === 0) {
      problems.push(`The tests of ${folder} failed, but none of them alone.`)
    }
    const reported = new Set(report.testResults.map(({ name }) => resolve(name)))
    for (const file of itsFiles) {
      if (!reported.has(resolve(root, file))) problems.push(`${file} did not run.`)
    }
  }
  return { passed, failed, problems }
}

function isFailed({ status }: { readonly status: string }): boolean {
  return status === 'failed'
}

function readReport(path: string): Report | undefined {
  return statSync(path, { throwIfNoEntry: false }) && JSON.parse(readFileSync(path, 'utf8'))
}

/** The folder of the nearest package.json. */
function packageOf(root: string, file: string): string {
  const folder = dirname(file)
  const isPackage = statSync(join(root, folder, 'package.json'), { throwIfNoEntry: false })
  return isPackage || folder === '.' ? folder : packageOf(root, folder)
}
