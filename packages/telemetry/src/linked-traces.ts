#!/usr/bin/env node
import { parseArgs } from 'node:util'
import { diagnose } from './lib/doctor/diagnose.ts'
import { renderDiagnosis } from './lib/doctor/render-diagnosis.ts'
import { readApplicationPackage } from './lib/sdk/application-package.ts'

const USAGE = `Usage: linked-traces doctor [--json]

Reads the configuration of the environment as a service would, and sends one linked pair of test traces to every
destination.

Exit codes: 0 every destination took them, 1 one did not, 2 the configuration cannot be honoured, 64 wrong usage.`

const EXIT_CODES = { ok: 0, undelivered: 1, misconfigured: 2 } as const
/** EX_USAGE of sysexits.h. */
const WRONG_USAGE = 64

process.exitCode = await main()

async function main(): Promise<number> {
  const { command, json, help } = readArguments()
  if (help) {
    console.log(USAGE)
    return 0
  }
  if (command !== 'doctor') {
    console.error(USAGE)
    return WRONG_USAGE
  }
  const diagnosis = await diagnose(process.env, readApplicationPackage(process.cwd()))
  console.log(json ? JSON.stringify(diagnosis, null, 2) : renderDiagnosis(diagnosis))
  return EXIT_CODES[diagnosis.verdict]
}

function readArguments(): {
  command?: string | undefined
  json?: boolean | undefined
  help?: boolean | undefined
} {
  const options = { json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } } as const
  try {
    const { values, positionals } = parseArgs({ options, allowPositionals: true })
    return { ...values, command: positionals.length === 1 ? positionals[0] : undefined }
  } catch {
    return {}
  }
}
