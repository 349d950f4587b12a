import { cpus } from 'node:os'
import { findFaults, runOutage } from '../../packages/telemetry/test/outage.ts'

// node --conditions=@linked-traces/source src/outage.ts [minutes] [spans a second]
// A service with a spool under load while its backend is away: restarted once, killed twice. Ends with code 1 when a span
// that had reached the queue before a kill's last flush interval has neither arrived nor been counted, or came twice.

const minutes = Number(process.argv[2] ?? 10)
const spansPerSecond = Number(process.argv[3] ?? 200)
if (!(minutes > 0 && minutes <= 60 && spansPerSecond >= 1 && spansPerSecond <= 5000)) {
  throw new Error('Usage: outage.ts [minutes, up to 60] [spans a second, 1 to 5000]')
}

const startedAt = performance.now()
const report = (line: string) =>
  console.log(`${Math.round((performance.now() - startedAt) / 1000)} s: ${line}`)
const outageMillis = minutes * 60_000
const accounts = await runOutage({ outageMillis, spansPerSecond, flushMillis: 5000, hurried: false, report })
console.log(
  `${cpus().length} × ${cpus()[0]?.model}, ${minutes} minutes of outage at ${spansPerSecond} spans/s`,
)
console.table(accounts)
const faults = findFaults(accounts)
for (const fault of faults) console.error(fault)
if (faults.length > 0) process.exitCode = 1
else console.log('Every span that was owed has arrived or is counted, and none came twice.')
