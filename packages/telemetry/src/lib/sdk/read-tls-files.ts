import { readFileSync } from 'node:fs'
import type { RequestOptions } from 'node:https'
import type { TlsFiles } from '../config/telemetry-config.ts'
import type { ConfigProblem } from '../config/telemetry-config-error.ts'
import { TelemetryConfigError } from '../config/telemetry-config-error.ts'

/** Which variable names which file, and what Node calls what is in it. */
const FILES = [
  ['certificate', 'OTEL_EXPORTER_OTLP_CERTIFICATE', 'ca'],
  ['clientCertificate', 'OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE', 'cert'],
  ['clientKey', 'OTEL_EXPORTER_OTLP_CLIENT_KEY', 'key'],
] as const

/**
 * Reads the PEM files of a destination, as Node takes them.
 *
 * @throws {TelemetryConfigError} with every file that cannot be read.
 */
export function readTlsFiles(files: TlsFiles | undefined): Pick<RequestOptions, 'ca' | 'cert' | 'key'> {
  const options: Pick<RequestOptions, 'ca' | 'cert' | 'key'> = {}
  const problems: ConfigProblem[] = []
  for (const [name, key, option] of FILES) {
    const path = files?.[name]
    if (path === undefined) continue
    try {
      options[option] = readFileSync(path)
    } catch (error) {
      const received = error instanceof Error ? error.message : String(error)
      problems.push({
        key,
        expected: 'a PEM file that can be read',
        received,
        cure: 'Check path and permissions.',
      })
    }
  }
  if (problems.length > 0) throw new TelemetryConfigError(problems)
  return options
}
