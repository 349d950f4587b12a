import type { IncomingMessage } from 'node:http'
import { Problem, sendProblem } from '@linked-traces/service/problem'
import { allowOnly, answerErrors, notFound, routeExactly } from '@linked-traces/service/problem-routes'
import express, {
  type Express,
  type NextFunction,
  type Request,
  type RequestHandler,
  type Response,
} from 'express'
import { StoreError } from '../store/store-error.ts'
import { formatTrace } from '../terminal/format-trace.ts'
import { admitVisitor, demandToken } from './access-token.ts'
import type { Backend } from './backend.ts'
import { concurrencyLimit } from './concurrency-limit.ts'
import type { Trace } from './contract.ts'
import { LiveReaders, type LiveReadersOptions } from './live-readers.ts'
import { openApiDocument } from './openapi/open-api-document.ts'
import { QueryParameters } from './query-parameters.ts'
import { readTraceId } from './read-ids.ts'
import { readSpanFilter } from './read-span-filter.ts'
import { importRoute } from './routes/import-route.ts'
import { searchRoutes } from './routes/search-routes.ts'
import { statisticsRoutes } from './routes/statistics-routes.ts'
import { traceRoutes } from './routes/trace-routes.ts'
import { traceNotFound } from './send-json.ts'

/** Questions answered at a time. */
const mostQuestions = 32

export type ApiOptions = {
  /** Throws a `Problem` for requests of foreign names and pages. */
  readonly admit: (request: IncomingMessage) => void
  /** Demanded of everyone; `undefined` where only this machine can ask. */
  readonly token?: string | undefined
  readonly backend: Backend
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number
  /** Serves the workbench's page to browsers, whatever of it is asked for. */
  readonly page?: RequestHandler
  readonly live?: LiveReadersOptions
}

/** The HTTP API. */
export type Api = {
  /** Everything the workbench answers but OTLP ingest, `/healthz` and `/readyz`. */
  readonly app: Express
  /** Ends live readers, which would otherwise hold up the end of the server. To be called before the server is told to stop. */
  close(): void
}

/** Puts the API together. */
export function createApi({ admit, token, backend, now, page, live }: ApiOptions): Api {
  const app = express()
  routeExactly(app)
  const checkToken = demandToken(token)
  app.use((request, response, next) => {
    admit(request)
    response.set({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' })
    if (admitVisitor(token, request, response)) return
    checkToken(request)
    next()
  })

  const limitQuestions = concurrencyLimit(mostQuestions)
  const readers = new LiveReaders(backend.ask, live)
  const router = express.Router({ caseSensitive: true, strict: true })
  router
    .route('/live')
    // Express would answer HEAD as GET, and never end.
    .head(allowOnly('GET'))
    .get(async (request, response) => {
      const parameters = new QueryParameters(request.url)
      const filter = readSpanFilter(parameters)
      parameters.end()
      await readers.serve(request, response, filter)
    })
    .all(allowOnly('GET'))
  router.use(limitQuestions)
  searchRoutes(router, backend)
  traceRoutes(router, backend)
  statisticsRoutes(router, backend, now)
  importRoute(router, backend)
  router
    .route('/health')
    .get(async (request, response) => {
      new QueryParameters(request.url).end()
      response.json(await backend.health())
    })
    .all(allowOnly('GET', 'HEAD'))
  router
    .route('/openapi.json')
    .get((request, response) => {
      new QueryParameters(request.url).end()
      response.json(openApiDocument)
    })
    .all(allowOnly('GET', 'HEAD'))
  app.use('/api', router)
  app.use('/api', notFound)

  app
    .route('/traces/:traceId')
    .get(limitQuestions, async (request, response, next) => {
      if (page && request.accepts(['text/plain', 'text/html']) === 'text/html') return next()
      const traceId = readTraceId(request.params.traceId)
      new QueryParameters(request.url).end()
      const json = await backend.ask({ about: 'trace', traceId })
      if (!json) throw traceNotFound(traceId)
      const trace = JSON.parse(Buffer.from(json).toString()) as Trace
      response.type('text/plain').send(formatTrace(trace, `http://${request.headers.host}${request.path}`))
    })
    .all(page ? (_request, _response, next) => next() : allowOnly('GET', 'HEAD'))
  if (page) app.use(page)
  app.use(notFound)
  app.use(answerOthersErrors)
  app.use(answerErrors())
  return { app, close: () => readers.close() }
}

/** Errors that are no fault of the API's: what keeps the store from answering, and an address Express cannot read. */
function answerOthersErrors(error: unknown, _request: Request, response: Response, next: NextFunction): void {
  if (error instanceof StoreError && !response.headersSent) {
    const { code, message: detail } = error
    const problem =
      code === 'STORE_DAMAGED'
        ? new Problem({ status: 500, code: 'store_damaged', detail, cause: error })
        : new Problem({
            status: 503,
            code: 'store_unavailable',
            detail,
            headers: { 'retry-after': '5' },
            cause: error,
          })
    sendProblem(response, problem)
  } else if (error instanceof URIError) {
    const detail = 'The address holds a % that is not followed by two hex digits of UTF-8.'
    sendProblem(response, new Problem({ status: 400, code: 'malformed_address', detail, cause: error }))
  } else next(error)
}
