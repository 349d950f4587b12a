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

/** What the SDK says of every span that has reached a limit, some with the number that was dropped. */
const LIMIT_REACHED = /^(?:Dropped \d|Dropping extra |No events allowed)/

/** Milliseconds. */
const LIMIT_SAID_ONCE_PER = 30_000

/**
 * Prints what OpenTelemetry has to say about itself. What exporters say about failed exports is left out up to level
 * `info`: they say it with every attempt, and the queue says it better; that spans reach a limit is said at most every 30 s, for
 * each limit. An application's own logger, set later, replaces
 * this one.
 */
export function installDiagLogger(level: LogLevel, say: (line: string) => void): void {
  const detailed = LEVELS[level] > DiagLogLevel.INFO
  // As many entries as the SDK has sentences about limits.
  const saidAt = new Map<string, number>()
  const isRepeated = (message: string) => {
    if (!LIMIT_REACHED.test(message)) return false
    const limit = message.replace(/\d+/, '')
    const now = performance.now()
    if (now - (saidAt.get(limit) ?? Number.NEGATIVE_INFINITY) < LIMIT_SAID_ONCE_PER) return true
    saidAt.set(limit, now)
    return false
  }
  const log = (name: string, always: boolean) => {
    return (message: string, ...args: unknown[]) => {
      if (!always && !detailed && (isTracingSuppressed(context.active()) || isRepeated(message))) return
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
