import { isIP } from 'node:net'
import { clientHost, httpOrigin } from './http-origin.ts'
import type { ListenAddress } from './http-service.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** Thrown at start when the environment holds values that cannot be honoured; names all of them. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError'
  readonly code = 'ERR_SERVICE_SETTINGS'
  /** `KEY: expected …, received …. What to do.` */
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(problems.join('\n'))
    this.problems = problems
  }
}

/**
 * Reads a service's settings from an environment.
 *
 * @throws {SettingsError} after `read` has run to its end, with every problem at once.
 */
export function readSettings<T>(env: Environment, read: (settings: SettingsReader) => T): T {
  const reader = new SettingsReader(env)
  const settings = read(reader)
  if (reader.problems.length > 0) throw new SettingsError(reader.problems)
  return settings
}

/** Reads variables one by one. An empty variable is an unset one; a refused one is noted and its default returned. */
export class SettingsReader {
  readonly problems: string[] = []
  readonly #env: Environment

  constructor(env: Environment) {
    this.#env = env
  }

  /** `<PREFIX>_HOST`, 127.0.0.1 unless set, and `<PREFIX>_PORT`, where 0 leaves the choice to the system. */
  listenAddress(prefix: string, defaultPort: number): ListenAddress {
    const hostVariable = `${prefix}_HOST`
    const portVariable = `${prefix}_PORT`
    const host = this.host(hostVariable, '127.0.0.1')
    return { host, port: this.wholeNumber(portVariable, defaultPort, 0, 65_535), hostVariable, portVariable }
  }

  /** `<PREFIX>_URL`, and where that is unset, the address on which `<PREFIX>_HOST` and `<PREFIX>_PORT` make it listen. */
  serviceUrl(prefix: string, defaultPort: number): string {
    const url = this.httpUrl(`${prefix}_URL`)
    if (url !== undefined) return url
    const host = this.host(`${prefix}_HOST`, '127.0.0.1')
    return httpOrigin(host, this.wholeNumber(`${prefix}_PORT`, defaultPort, 1, 65_535))
  }

  /** An IP address or a host name. */
  host(key: string, fallback: string): string {
    return this.#read<string>(key, fallback, (value) => {
      const hostname = URL.canParse(`http://${value}`) && new URL(`http://${value}`).hostname
      if (isIP(value) !== 0 || (hostname === value.toLowerCase() && !value.startsWith('['))) return value
      return { expected: 'an IP address or a host name', cure: `Leave it unset for ${fallback}.` }
    })
  }

  /** A whole number from `min` to `max`. */
  wholeNumber(key: string, fallback: number, min: number, max: number): number {
    return this.#read<number>(key, fallback, (value) => {
      const number = /^\d{1,15}$/.test(value) ? Number(value) : Number.NaN
      if (number >= min && number <= max) return number
      return { expected: `a whole number from ${min} to ${max}`, cure: `Leave it unset for ${fallback}.` }
    })
  }

  /** The address of an HTTP service that clients can open, without a slash at its end. */
  httpUrl(key: string): string | undefined {
    return this.#read<string | undefined>(key, undefined, (value) => {
      const url = URL.canParse(value) ? new URL(value) : undefined
      if (url && /^https?:$/.test(url.protocol) && !/[@?#]/.test(value)) {
        url.hostname = clientHost(url.hostname)
        return url.href.replace(/\/+$/, '')
      }
      return {
        expected: 'an http:// or https:// address without credentials, query or fragment',
        received: withoutSecrets(value),
        cure: 'Write it like http://127.0.0.1:8080.',
      }
    })
  }

  #read<T>(key: string, fallback: T, parse: (value: string) => T | Refusal): T {
    const value = this.#env[key]
    if (value === undefined || value === '') return fallback
    const parsed = parse(value)
    if (!isRefusal(parsed)) return parsed
    const { expected, received = value, cure } = parsed
    this.problems.push(`${key}: expected ${expected}, received ${JSON.stringify(received)}. ${cure}`)
    return fallback
  }
}

interface Refusal {
  readonly expected: string
  /** The value as it may be printed, where it may hold secrets. */
  readonly received?: string
  readonly cure: string
}

function isRefusal(parsed: unknown): parsed is Refusal {
  return typeof parsed === 'object' && parsed !== null && 'cure' in parsed
}

function withoutSecrets(url: string): string {
  return url.replace(/^([a-z][a-z\d+.-]*:\/\/)?.*@/is, '$1<redacted>@').replace(/([?#]).*$/s, '$1<redacted>')
}
