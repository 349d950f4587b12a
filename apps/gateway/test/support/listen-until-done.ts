import { once } from 'node:events'
import type { RequestListener } from 'node:http'
import { connect } from 'node:net'
import { HttpService, type ListenAddress } from '@linked-traces/service/http-service'
import { onTestFinished } from 'vitest'

const anyPort: ListenAddress = { host: '127.0.0.1', port: 0, hostVariable: 'HOST', portVariable: 'PORT' }

/** Listens until the test is over, and gives the address: a stand-in for dice, or the gateway itself. */
export async function listenUntilDone(listener: RequestListener): Promise<string> {
  const service = new HttpService(listener)
  onTestFinished(() => void service.stop(0))
  return service.listen(anyPort)
}

/** An address where nobody listens until the test is over: a connection of ours keeps its port from being given away. */
export async function closedPort(): Promise<string> {
  const { port } = new URL(await listenUntilDone(() => {}))
  const connection = connect(Number(port), '127.0.0.1')
  onTestFinished(() => void connection.destroy())
  await once(connection, 'connect')
  return `http://127.0.0.1:${connection.localPort}`
}
