import { allowOnly, answerErrors, notFound, routeExactly } from '@linked-traces/service/problem-routes'
import { Problem } from '@linked-traces/service/problem'
import express, { type Express } from 'express'
import { formatTrace } from '../terminal/format-trace.ts'
import type { Trace } from './contract.ts'
import { readTraceId } from './read-ids.ts'
import { requestGuard } from './request-guard.ts'

/** What the API asks of the rest of the workbench. */
export type ApiOptions = {
  readonly listenHost: string
  /** A whole trace, or `undefined` when no span of it is stored. */
  readonly trace: (traceId: string) => Promise<Trace | undefined>
}

/** Everything the workbench answers but OTLP ingest and health. */
export function apiApp(options: ApiOptions): Express {
  const app = express()
  routeExactly(app)
  const guard = requestGuard(options.listenHost)
  app.use((request, response, next) => {
    guard(request)
    response.set({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' })
    next()
  })

  const findTrace = async (id: string): Promise<Trace> => {
    const traceId = readTraceId(id)
    const trace = await options.trace(traceId)
    if (trace) return trace
    throw new Problem({
      status: 404,
      code: 'trace_not_found',
      detail: `No span of trace ${traceId} is stored. It may still be on its way: exporters send in batches.`,
    })
  }
  app
    .route('/api/traces/:traceId')
    .get(async (request, response) => void response.json(await findTrace(request.params.traceId)))
    .all(allowOnly('GET', 'HEAD'))
  app
    .route('/traces/:traceId')
    .get(async (request, response) => {
      const trace = await findTrace(request.params.traceId)
      response.type('text/plain').send(formatTrace(trace, `http://${request.headers.host}${request.path}`))
    })
    .all(allowOnly('GET', 'HEAD'))
  app.use(notFound)
  app.use(answerErrors())
  return app
}
