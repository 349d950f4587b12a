import { format } from 'node:util'
import type { DiagLogger } from '@opentelemetry/api'
import { context, DiagLogLevel, diag } from '@opentelemetry/api'
import { isTracingSuppressed } from '@opentelemetry/core'
import type { LogLevel } from '../config/telemetry-config.ts'

const LEVELS: Readonly<Record<LogLevel, DiagLogLevel>> = {
  none: DiagLogLevel.NONE,
  error: DiagLogLevel.ERROR,
  warn: DiagLogLevel.WARN,
  info: DiagLogLevel.INFO,
  debug: DiagLogLevel.DEBUG,
  verbose: DiagLogLevel.VERBOSE,
  all: DiagLogLevel.ALL,
}

/**
 * Prints what OpenTelemetry has to say about itself. What exporters say about failed exports is left out up to level
 * `info`: they say it with every attempt, and the queue says it better. An application's own logger, set later, replaces
 * this one.
 */
export function installDiagLogger(level: LogLevel, say: (line: string) => void): void {
  const detailed = LEVELS[level] > DiagLogLevel.INFO
  const log = (name: string, always: boolean) => {
    return (message: string, ...args: unknown[]) => {
      if (!always && !detailed && isTracingSuppressed(context.active())) return
      say(`OpenTelemetry ${name}: ${format(message, ...args)}`)
    }
  }
  const logger: DiagLogger = {
    error: log('error', true),
    warn: log('warning', false),
    info: log('info', false),
    debug: log('debug', false),
    verbose: log('verbose', false),
  }
  diag.setLogger(logger, { logLevel: LEVELS[level], suppressOverrideMessage: true })
}
