import type { ApplicationFacts } from '../config/resolve-config.ts'
import { resolveConfig } from '../config/resolve-config.ts'
import type { ConfigProblem } from '../config/telemetry-config-error.ts'
import { TelemetryConfigError } from '../config/telemetry-config-error.ts'
import type { SettingSource } from '../config/where-settings-come-from.ts'
import { whereSettingsComeFrom } from '../config/where-settings-come-from.ts'
import { makeLinkedTestTraces } from '../sdk/linked-test-traces.ts'
import { findProxyEnv } from '../sdk/proxy-env.ts'
import type { DestinationDiagnosis } from './check-destination.ts'
import { checkDestination } from './check-destination.ts'

/** What `linked-traces doctor` finds out; the shape of `--json`. */
export interface Diagnosis {
  /** `ok`: every destination took the test traces. `undelivered`: one did not. `misconfigured`: none was asked. */
  readonly verdict: 'ok' | 'undelivered' | 'misconfigured'
  readonly settings: readonly SettingSource[]
  /** Settings that cannot be honoured. */
  readonly problems: readonly ConfigProblem[]
  /** What was decided between settings that exclude each other. */
  readonly notices: readonly string[]
  readonly destinations: readonly DestinationDiagnosis[]
  /** The two test traces, which link to each other: the caller's, and that of the root it started. */
  readonly traceIds: readonly string[]
}

/** A proxy that Node was told of, and does not use. */
function unusedProxy(env: NodeJS.ProcessEnv): string[] {
  const names = ['HTTPS_PROXY', 'HTTP_PROXY', 'https_proxy', 'http_proxy'].filter((name) => env[name])
  if (names.length === 0 || findProxyEnv() !== undefined) return []
  const cure =
    env.NODE_USE_ENV_PROXY === '1'
      ? `Node ${process.versions.node} is too old for NODE_USE_ENV_PROXY: 22.21 and 24.5 know it.`
      : 'Set NODE_USE_ENV_PROXY=1 if exports are to go that way.'
  return [`${names.join(', ')}: not used by Node. ${cure}`]
}

/** Reads the configuration as `register` does, and sends one linked pair of test traces to every destination. */
export async function diagnose(env: NodeJS.ProcessEnv, facts: ApplicationFacts): Promise<Diagnosis> {
  const settings = whereSettingsComeFrom(env)
  const nothing = { settings, problems: [], notices: [], destinations: [], traceIds: [] }
  try {
    const { destinations, resourceAttributes, ...config } = resolveConfig({}, env, facts)
    const notices = [...config.notices, ...unusedProxy(env)]
    if (destinations.length === 0) return { ...nothing, verdict: 'ok', notices }
    const { spans, traceIds } = makeLinkedTestTraces(resourceAttributes)
    const diagnoses = await Promise.all(destinations.map((to) => checkDestination(to, spans)))
    const ok = diagnoses.every(({ checks }) => checks.every((check) => check.ok))
    return { ...nothing, verdict: ok ? 'ok' : 'undelivered', notices, destinations: diagnoses, traceIds }
  } catch (error) {
    if (!(error instanceof TelemetryConfigError)) throw error
    return { ...nothing, verdict: 'misconfigured', problems: error.problems }
  }
}
