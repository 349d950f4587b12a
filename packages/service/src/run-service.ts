import type { RequestListener } from 'node:http'
import { HttpService, type ListenAddress } from './http-service.ts'
import { ListenError } from './listen-error.ts'
import { onStopSignal } from './on-stop-signal.ts'
import { SettingsError } from './settings.ts'

export interface ServiceDefinition {
  /** As in its start line. */
  readonly name: string
  readonly process: NodeJS.Process
  /** Reads the settings and puts the service together. */
  readonly create: () => { readonly address: ListenAddress; readonly listener: RequestListener }
  /** Delivers what is known about the requests that were answered; called once, after the last of them. */
  readonly flush: () => Promise<void>
  /** How long requests in flight may take after a stop signal, in milliseconds. */
  readonly stopDeadlineMillis?: number
}

/**
 * A service's life in its process: start, one line with the address, and at SIGINT or SIGTERM stop accepting, finish what
 * is in flight, flush, end. The exit code is 0 when everything was finished, and 1 when not, or when it could not start.
 */
export async function runService(definition: ServiceDefinition): Promise<void> {
  const { name, process, create, flush, stopDeadlineMillis = 10_000 } = definition
  try {
    const { address, listener } = create()
    const service = new HttpService(listener)
    const url = await service.listen(address)
    onStopSignal(process, async () => {
      const unfinished = await service.stop(stopDeadlineMillis)
      if (unfinished > 0) {
        console.error(`${name} broke off ${unfinished} unfinished request(s) after ${stopDeadlineMillis} ms.`)
        process.exitCode = 1
      }
      // Nothing holds the process from here on: it ends by itself.
      await flush()
    })
    console.log(`${name} listens on ${url}`)
  } catch (error) {
    if (!(error instanceof SettingsError || error instanceof ListenError)) throw error
    console.error(error.message)
    process.exitCode = 1
  }
}
