import { readFile } from 'node:fs/promises'
import type { RequestListener } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { here } from './run-node.ts'

/** Self-signed, for 127.0.0.1. */
export const CERTIFICATE = here('fixtures/tls/loopback.crt')

/** An HTTPS server on a port of its own. */
export async function serveTls(listener: RequestListener) {
  const key = await readFile(here('fixtures/tls/loopback.key'))
  const server = createServer({ key, cert: await readFile(CERTIFICATE) }, listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    port,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
