import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

// Runs turbo as this repository wants it on every system: quiet, and talking to nobody.

const { status } = spawnSync(
  process.execPath,
  [fileURLToPath(import.meta.resolve('turbo/bin/turbo')), ...process.argv.slice(2)],
  {
    stdio: 'inherit',
    env: { ...process.env, TURBO_TELEMETRY_DISABLED: '1', TURBO_NO_UPDATE_NOTIFIER: '1' },
  },
)
process.exitCode = status ?? 1
