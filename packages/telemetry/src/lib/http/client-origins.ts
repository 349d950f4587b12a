import type { MayPropagate } from '../propagation/propagate-to.ts'
import { targetOfOrigin } from '../propagation/propagate-to.ts'
import { redactCredentials } from './redact-url.ts'

/** What an origin says of every request to it, worked out once. */
export interface ClientOrigin {
  /** As the URLs of its requests begin, without the slash of their path. */
  readonly url: string
  readonly scheme: string
  readonly address: string
  readonly port: number
  /** Whether context may be sent to it. */
  readonly mayPropagate: boolean
}

/** A service calls few others; a crawler calls any. All are forgotten when there are more than these. */
const MAX_ORIGINS = 256

/** The origins that requests are sent to. */
export class ClientOrigins {
  readonly #mayPropagate: MayPropagate
  readonly #origins = new Map<string, ClientOrigin>()

  constructor(mayPropagate: MayPropagate) {
    this.#mayPropagate = mayPropagate
  }

  /** How many are remembered. */
  get size(): number {
    return this.#origins.size
  }

  /** `undefined` where it is none of `http` or `https`: what there is to say of its requests is in their URLs. */
  of(written: string | URL | undefined): ClientOrigin | undefined {
    const origin = typeof written === 'string' ? written : String(written)
    const known = this.#origins.get(origin)
    if (known !== undefined) return known
    const read = this.#read(origin)
    if (read === undefined) return undefined
    if (this.#origins.size >= MAX_ORIGINS) this.#origins.clear()
    this.#origins.set(origin, read)
    return read
  }

  #read(origin: string): ClientOrigin | undefined {
    const url = URL.parse('/', origin)
    if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) return undefined
    redactCredentials(url)
    return {
      url: url.href.slice(0, -1),
      scheme: url.protocol.slice(0, -1),
      address: url.hostname,
      port: portOf(url) as number,
      mayPropagate: this.#mayPropagate(() => targetOfOrigin(origin, '/')),
    }
  }
}

/** As it is written, or the scheme's; `undefined` where neither is known. */
export function portOf({ port, protocol }: URL): number | undefined {
  if (port !== '') return Number(port)
  if (protocol === 'https:') return 443
  return protocol === 'http:' ? 80 : undefined
}
