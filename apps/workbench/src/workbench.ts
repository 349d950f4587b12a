import type { RequestListener } from 'node:http'
import { createOtlpReceiver } from '@linked-traces/otlp-receiver'
import { apiApp } from './api/api-app.ts'
import type { WorkbenchConfig } from './config.ts'
import { receivedSpans } from './ingest/received-spans.ts'
import { queryTrace } from './query/trace-query.ts'
import { MemoryStore } from './store/memory-store.ts'
import { formatTrace } from './terminal/format-trace.ts'
import { TracePrinter } from './terminal/trace-printer.ts'

/** A workbench without its server. */
export type Workbench = {
  /** Answers OTLP ingest and the API. */
  readonly listener: RequestListener
  /** Tells the workbench the address it can be opened at, once it is known. */
  openAt(url: string): void
  /** Prints what waits to be printed. */
  close(): Promise<void>
}

/** The outside world, as far as the workbench needs it. */
export type WorkbenchSurroundings = {
  readonly print: (text: string) => void
}

/** Spans kept in memory. */
const mostSpans = 100_000

/** Puts the workbench together. */
export function createWorkbench(config: WorkbenchConfig, { print }: WorkbenchSurroundings): Workbench {
  let url = ''
  const store = new MemoryStore(mostSpans)
  const trace = (traceId: string) => queryTrace(store, traceId)
  const printer = new TracePrinter({
    print,
    now: () => performance.now(),
    render: async (traceId) => {
      const found = await trace(traceId)
      return found && formatTrace(found, `${url}/traces/${traceId}`)
    },
  })
  const receiver = createOtlpReceiver({
    onError: (error) => console.error('Receiving telemetry failed:', error),
    sink: {
      async traces(request) {
        const spans = receivedSpans(request, Date.now())
        await store.write(spans)
        printer.arrived(
          spans.map(({ span }) => ({ traceId: span.traceId, hasRoot: span.parentSpanId === '' })),
        )
        return undefined
      },
    },
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
    close: () => printer.close(),
  }
}
