import { Problem } from '@linked-traces/service/problem'
import { allowOnly } from '@linked-traces/service/problem-routes'
import type { Router } from 'express'
import { mostSpansExported } from '../../query/export-query.ts'
import type { LinkSetBounds } from '../../query/link-set-query.ts'
import type { Backend } from '../backend.ts'
import type { Deleted } from '../contract.ts'
import { mostImportedBytes } from '../import-limit.ts'
import { QueryParameters } from '../query-parameters.ts'
import { readSpanId, readTraceId } from '../read-ids.ts'
import { sendJson, spanNotFound, traceNotFound } from '../send-json.ts'

/** `/traces/{traceId}` and what is below it. */
export function traceRoutes(router: Router, backend: Backend): void {
  router
    .route('/traces/:traceId')
    .get(async (request, response) => {
      const traceId = readTraceId(request.params.traceId)
      new QueryParameters(request.url).end()
      sendJson(response, await backend.ask({ about: 'trace', traceId }), () => traceNotFound(traceId))
    })
    .delete(async (request, response) => {
      const traceId = readTraceId(request.params.traceId)
      new QueryParameters(request.url).end()
      const deletedSpans = await backend.deleteTraces([traceId])
      if (deletedSpans === 0) throw traceNotFound(traceId)
      response.json({ deletedSpans } satisfies Deleted)
    })
    .all(allowOnly('GET', 'HEAD', 'DELETE'))

  router
    .route('/traces/:traceId/spans/:spanId')
    .get(async (request, response) => {
      const traceId = readTraceId(request.params.traceId)
      const spanId = readSpanId(request.params.spanId)
      new QueryParameters(request.url).end()
      const json = await backend.ask({ about: 'span', traceId, spanId })
      sendJson(response, json, () => spanNotFound(traceId, spanId))
    })
    .all(allowOnly('GET', 'HEAD'))

  router
    .route('/traces/:traceId/operations')
    .get(async (request, response) => {
      const traceId = readTraceId(request.params.traceId)
      new QueryParameters(request.url).end()
      sendJson(response, await backend.ask({ about: 'trace-operations', traceId }), () =>
        traceNotFound(traceId),
      )
    })
    .all(allowOnly('GET', 'HEAD'))

  router
    .route('/traces/:traceId/links')
    .get(async (request, response) => {
      const traceId = readTraceId(request.params.traceId)
      const parameters = new QueryParameters(request.url)
      const bounds = readLinkSetBounds(parameters)
      parameters.end()
      const json = await backend.ask({ about: 'link-set', traceId, ...bounds })
      sendJson(response, json, () => traceNotFound(traceId))
    })
    .all(allowOnly('GET', 'HEAD'))

  router
    .route('/traces/:traceId/export')
    .get(async (request, response) => {
      const traceId = readTraceId(request.params.traceId)
      const parameters = new QueryParameters(request.url)
      const withLinks = parameters.boolean('links') ?? false
      const bounds = readLinkSetBounds(parameters)
      parameters.end()
      const wanted = { traceId, linkSet: withLinks ? bounds : undefined }
      const size = await backend.ask({ about: 'export-size', ...wanted })
      if (!size) throw traceNotFound(traceId)
      const { spanCount } = JSON.parse(Buffer.from(size).toString()) as { spanCount: number }
      if (spanCount > mostSpansExported) throw tooLarge(`${spanCount} spans`, `${mostSpansExported} spans`)
      const json = await backend.ask({ about: 'export', ...wanted })
      if (json && json.byteLength > mostImportedBytes)
        throw tooLarge(`${json.byteLength} bytes`, `${mostImportedBytes} bytes`)
      response.setHeader('content-disposition', `attachment; filename="trace-${traceId}.otlp.json"`)
      sendJson(response, json, () => traceNotFound(traceId))
    })
    .all(allowOnly('GET', 'HEAD'))
}

const readLinkSetBounds = (parameters: QueryParameters): LinkSetBounds => ({
  maxTraces: parameters.integer('maxTraces', { min: 1, max: 200, default: 50 }),
  maxHops: parameters.integer('maxHops', { min: 1, max: 20, default: 5 }),
})

const tooLarge = (size: string, limit: string): Problem =>
  new Problem({
    status: 422,
    code: 'export_too_large',
    detail: `The export would hold ${size}, more than the ${limit} that can be imported again. Lower maxTraces.`,
  })
