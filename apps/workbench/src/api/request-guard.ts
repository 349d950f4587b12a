import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'
import { Problem } from '@linked-traces/service/problem'

/**
 * Refuses requests that a web page elsewhere made the user's browser send.
 *
 * A name in `Host` that is not this machine's means DNS rebinding; an `Origin` other than the server's own is another page's
 * script. Addresses cannot be rebound, so any IP address will do, besides `localhost` and the host the workbench was told to listen on.
 * `anyHost` is for a workbench that demands a token, which a rebound name does not bring along.
 */
export function requestGuard(
  listenHost: string,
  { anyHost = false }: { readonly anyHost?: boolean } = {},
): (request: Pick<IncomingMessage, 'headers'>) => void {
  return ({ headers: { host, origin } }) => {
    if (host === undefined || !(anyHost || isOwnName(host, listenHost.toLowerCase())))
      throw new Problem({
        status: 403,
        code: 'host_not_allowed',
        detail: `The workbench answers to localhost and to IP addresses, not to the host ${JSON.stringify(host ?? '')}.`,
      })
    if (origin !== undefined && origin !== `http://${host}`)
      throw new Problem({
        status: 403,
        code: 'origin_not_allowed',
        detail: `The workbench answers its own pages, not those of ${JSON.stringify(origin)}.`,
      })
  }
}

function isOwnName(host: string, listenHost: string): boolean {
  if (!URL.canParse(`http://${host}`)) return false
  const { hostname } = new URL(`http://${host}`)
  return (
    hostname === 'localhost' || hostname === listenHost || isIP(hostname.replace(/^\[(.*)\]$/, '$1')) !== 0
  )
}
