import type { IncomingMessage, RequestListener } from 'node:http'
import { fileURLToPath } from 'node:url'
import { createOtlpReceiver } from '@linked-traces/otlp-receiver'
import { createApi } from './api/api-app.ts'
import type { Backend } from './api/backend.ts'
import type { Trace } from './api/contract.ts'
import { ingestGuard } from './api/ingest-guard.ts'
import { requestGuard } from './api/request-guard.ts'
import { servePage } from './api/serve-page.ts'
import type { WorkbenchConfig } from './config.ts'
import type { StoreStatus } from './store/telemetry-store.ts'
import { formatTrace } from './terminal/format-trace.ts'
import { TracePrinter } from './terminal/trace-printer.ts'
import { Telemetry } from './threads/telemetry.ts'
import { WorkbenchHealth } from './workbench-health.ts'
import { workbenchVersion } from './workbench-version.ts'

/** A workbench without its server. */
export type Workbench = {
  /** Answers OTLP ingest and the API. */
  readonly listener: RequestListener
  /** Throws a `Problem` for requests of foreign names and pages. */
  readonly admit: (request: IncomingMessage) => void
  /** Tells the workbench the address it can be opened at, once it is known. */
  openAt(url: string): void
  /** Ends answers that would go on for ever; to be called before the server is told to stop. */
  endLiveAnswers(): void
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

/** Where the page is built to, seen from `src` and from `dist`. */
const pageFolder = fileURLToPath(new URL('../web/dist', import.meta.url))

/** Opens the store and puts the workbench together; rejects with a `StoreError` when the store cannot be opened. */
export async function createWorkbench(
  config: WorkbenchConfig,
  { print, warn, onLost }: WorkbenchSurroundings,
): Promise<Workbench> {
  let url = ''
  const { data, bounds, token, allowedOrigins } = config
  const listenHost = config.address.host
  const telemetry = await Telemetry.open({ location: data, bounds, onLost })
  if (telemetry.setAside !== undefined)
    warn(`The database could not be read: it was put aside as ${telemetry.setAside}, and a new one begun.`)

  const health = new WorkbenchHealth(Date.now())
  const printer = new TracePrinter({
    print,
    now: () => performance.now(),
    render: async (traceId) => {
      const json = await telemetry.ask({ about: 'trace', traceId })
      return json && formatTrace(fromJson<Trace>(json), `${url}/traces/${traceId}`)
    },
  })
  telemetry.onStored((stored) => {
    const troubleBefore = health.trouble
    health.note(stored)
    printer.arrived(stored.traces, stored.traceCount - stored.traces.length)
    if (stored.problem !== null && stored.problem !== troubleBefore)
      warn(`Telemetry is not stored. ${stored.problem}`)
    if (stored.problem === null && troubleBefore !== null) warn('Telemetry is stored again.')
  })

  const backend: Backend = {
    ask: (question) => telemetry.ask(question),
    importTraces: (body, contentEncoding) =>
      telemetry.import({ signal: 'traces', encoding: 'json', contentEncoding, body }),
    deleteTraces: (traceIds) => telemetry.delete(traceIds),
    async health() {
      const status = await telemetry.ask({ about: 'status' })
      if (!status) throw new TypeError('A store has a status.')
      return health.tell(workbenchVersion, data, bounds, fromJson<StoreStatus>(status))
    },
  }
  const receiver = createOtlpReceiver({
    sink: { receive: (received) => telemetry.receive(received) },
    limits: { bytesInFlight: mostBytesInFlight },
    onError: (error) =>
      warn(`Receiving telemetry failed: ${error instanceof Error ? error.stack : String(error)}`),
  })
  const isAnswered = ingestGuard({ listenHost, token, allowedOrigins })
  const page = servePage(pageFolder)
  const admit = requestGuard(listenHost, { anyHost: token !== undefined })
  const api = createApi({ admit, token, backend, now: Date.now, page })
  return {
    admit,
    listener: (request, response) => {
      if (!receiver.handles(request)) api.app(request, response)
      else if (!isAnswered(request, response)) void receiver(request, response)
    },
    openAt: (address) => {
      url = address
    },
    endLiveAnswers: () => api.close(),
    async close() {
      await printer.close()
      await telemetry.close()
    },
  }
}

const fromJson = <T>(json: Uint8Array): T => JSON.parse(new TextDecoder().decode(json)) as T
