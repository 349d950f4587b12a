import { join } from 'node:path'
import { sumReports } from './ci/sum-reports.ts'

// The end of `.ci/run`: `node scripts/ci.ts <exit code>…` adds up the test reports and fails when they or any of the codes do.

const codes = process.argv.slice(2)
const { passed, failed, problems } = sumReports(join(import.meta.dirname, '..'))

if (problems.length > 0) console.log(`\n${problems.join('\n')}`)
if (codes.length === 0 || codes.some((code) => code !== '0') || failed > 0 || problems.length > 0) {
  process.exitCode = 1
}
console.log(`\n${passed} passed, ${failed} failed`)
