import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import type { ListenAddress } from '@linked-traces/service/http-service'
import { isIP } from 'node:net'
import { readSettings, type SettingsReader } from '@linked-traces/service/settings'

/** Where the workbench listens, what it keeps and when it stops. */
export type WorkbenchConfig = {
  /** `WORKBENCH_HOST`, `WORKBENCH_PORT`; port 0 picks a free one. */
  readonly address: ListenAddress
  /** `WORKBENCH_DATA`: absolute path of the database's folder, or `:memory:`. */
  readonly data: string
  /** `WORKBENCH_MAX_SPANS`, `WORKBENCH_MAX_BYTES`, `WORKBENCH_MAX_AGE_HOURS`: beyond any of them the oldest traces leave. */
  readonly bounds: { readonly spans: number; readonly bytes: number; readonly ageMillis: number }
  /** `WORKBENCH_TOKEN`: demanded of everyone who asks or sends; needed to listen on more than this machine. */
  readonly token: string | undefined
  /** `WORKBENCH_ALLOWED_ORIGINS`: origins whose pages may send telemetry, separated by commas. */
  readonly allowedOrigins: readonly string[]
  /** `WORKBENCH_STOP_WITH=stdin`: SIGINT is left to the runner, and the end of stdin stops the workbench. */
  readonly stopWith: 'signal' | 'stdin'
}

const mebibyte = 1024 * 1024
const gibibyte = 1024 * mebibyte

type Env = Readonly<Record<string, string | undefined>>

/**
 * Reads the workbench's variables; unset and empty mean the default.
 *
 * @throws {SettingsError} with every problem at once.
 */
export function resolveWorkbenchConfig(env: Env, platform: NodeJS.Platform): WorkbenchConfig {
  return readSettings(env, (settings) => {
    const address = settings.listenAddress('WORKBENCH', 4318)
    const token = env.WORKBENCH_TOKEN || undefined
    checkExposure(settings, address.host, token)
    return {
      address,
      token,
      allowedOrigins: origins(settings, env.WORKBENCH_ALLOWED_ORIGINS ?? ''),
      data: dataFolder(env, platform),
      bounds: {
        spans: settings.wholeNumber('WORKBENCH_MAX_SPANS', 5_000_000, 1_000, 1_000_000_000),
        bytes: settings.wholeNumber('WORKBENCH_MAX_BYTES', 4 * gibibyte, 16 * mebibyte, 1024 * gibibyte),
        ageMillis: settings.wholeNumber('WORKBENCH_MAX_AGE_HOURS', 7 * 24, 1, 100_000) * 3_600_000,
      },
      stopWith: oneOf(settings, env, 'WORKBENCH_STOP_WITH', ['signal', 'stdin']),
    }
  })
}

/** Whoever reaches the workbench can read all telemetry, so beyond this machine they must know the token. */
function checkExposure(settings: SettingsReader, host: string, token: string | undefined): void {
  if (token !== undefined && !/^[\x21-\x7e]{16,}$/.test(token))
    settings.problems.push(
      'WORKBENCH_TOKEN: expected at least 16 printable characters without spaces. Make one with: openssl rand -hex 16.',
    )
  if (token === undefined && !isLoopback(host))
    settings.problems.push(
      `WORKBENCH_HOST: ${host} can be reached by others, who could read all telemetry. Set WORKBENCH_TOKEN too, or leave it unset for 127.0.0.1.`,
    )
}

const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))

function origins(settings: SettingsReader, list: string): string[] {
  return list
    .split(',')
    .map((origin) => origin.trim())
    .filter((origin) => {
      if (origin === '') return false
      if (URL.canParse(origin) && new URL(origin).origin === origin.toLowerCase()) return true
      settings.problems.push(
        `WORKBENCH_ALLOWED_ORIGINS: expected origins such as http://localhost:3000, received ${JSON.stringify(origin)}.`,
      )
      return false
    })
}

/** The first of `values` is the default. */
function oneOf<T extends string>(
  settings: SettingsReader,
  env: Env,
  key: string,
  values: readonly [T, ...T[]],
): T {
  const received = env[key] || values[0]
  const value = values.find((candidate) => candidate === received)
  if (value !== undefined) return value
  settings.problems.push(`${key}: expected ${values.join(' or ')}, received ${JSON.stringify(received)}.`)
  return values[0]
}

function dataFolder(env: Env, platform: NodeJS.Platform): string {
  const data = env.WORKBENCH_DATA
  if (data === ':memory:') return data
  return resolve(data || join(stateFolder(env, platform), 'linked-traces'))
}

/** Where each operating system wants programs to keep what outlives them and is of no use on another machine. */
function stateFolder(env: Env, platform: NodeJS.Platform): string {
  if (platform === 'win32') return env.LOCALAPPDATA || join(homedir(), 'AppData', 'Local')
  if (platform === 'darwin') return join(homedir(), 'Library', 'Application Support')
  return env.XDG_STATE_HOME || join(homedir(), '.local', 'state')
}
