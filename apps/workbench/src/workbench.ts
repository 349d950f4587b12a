import type { RequestListener } from 'node:http'
import { createOtlpReceiver } from '@linked-traces/otlp-receiver'
import { apiApp } from './api/api-app.ts'
import type { Trace } from './api/contract.ts'
import type { WorkbenchConfig } from './config.ts'
import { formatTrace } from './terminal/format-trace.ts'
import { TracePrinter } from './terminal/trace-printer.ts'
import { Telemetry } from './threads/telemetry.ts'

/** A workbench without its server. */
export type Workbench = {
  /** Answers OTLP ingest and the API. */
  readonly listener: RequestListener
  /** Tells the workbench the address it can be opened at, once it is known. */
  openAt(url: string): void
  /** Prints what waits to be printed, and closes the store. */
  close(): Promise<void>
}

/** The outside world, as far as the workbench needs it. */
export type WorkbenchSurroundings = {
  readonly print: (text: string) => void
  readonly warn: (text: string) => void
  /** The store is lost: the process is of no use any more. */
  readonly onLost: (error: Error) => void
}

/** Bytes of all exports that wait to be stored; beyond it senders are asked to come again (503). */
const mostBytesInFlight = 64 * 1024 * 1024

/** Opens the store and puts the workbench together; rejects with a `StoreError` when the store cannot be opened. */
export async function createWorkbench(
  config: WorkbenchConfig,
  { print, warn, onLost }: WorkbenchSurroundings,
): Promise<Workbench> {
  let url = ''
  const telemetry = await Telemetry.open({ location: config.data, bounds: config.bounds, onLost })
  if (telemetry.setAside !== undefined)
    warn(`The database could not be read: it was put aside as ${telemetry.setAside}, and a new one begun.`)
  const trace = async (traceId: string): Promise<Trace | undefined> => {
    const json = await telemetry.ask({ about: 'trace', traceId })
    return json && (JSON.parse(new TextDecoder().decode(json)) as Trace)
  }
  const printer = new TracePrinter({
    print,
    now: () => performance.now(),
    render: async (traceId) => {
      const found = await trace(traceId)
      return found && formatTrace(found, `${url}/traces/${traceId}`)
    },
  })
  let toldProblem: string | null = null
  telemetry.onStored(({ traces, traceCount, problem }) => {
    printer.arrived(traces, traceCount - traces.length)
    if (problem !== null && problem !== toldProblem) warn(`Telemetry is not stored. ${problem}`)
    if (problem === null && toldProblem !== null) warn('Telemetry is stored again.')
    toldProblem = problem
  })
  const receiver = createOtlpReceiver({
    sink: { receive: (received) => telemetry.receive(received) },
    limits: { bytesInFlight: mostBytesInFlight },
    onError: (error) =>
      warn(`Receiving telemetry failed: ${error instanceof Error ? error.stack : String(error)}`),
  })
  const app = apiApp({ listenHost: config.address.host, trace })
  return {
    listener: (request, response) => {
      if (receiver.handles(request)) void receiver(request, response)
      else app(request, response)
    },
    openAt: (address) => {
      url = address
    },
    async close() {
      await printer.close()
      await telemetry.close()
    },
  }
}
