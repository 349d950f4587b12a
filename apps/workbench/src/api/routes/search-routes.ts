import { allowOnly } from '@linked-traces/service/problem-routes'
import type { Router } from 'express'
import { readCursor } from '../../query/search-cursor.ts'
import type { Backend } from '../backend.ts'
import { QueryParameters } from '../query-parameters.ts'
import { readSpanFilter } from '../read-span-filter.ts'
import { sendJson } from '../send-json.ts'

/** `/stream` and `/traces`. */
export function searchRoutes(router: Router, backend: Backend): void {
  const search = (about: 'stream' | 'traces', limit: { min: number; max: number; default: number }) =>
    router
      .route(`/${about}`)
      .get(async (request, response) => {
        const parameters = new QueryParameters(request.url)
        const filter = readSpanFilter(parameters)
        const paging = {
          limit: parameters.integer('limit', limit),
          after: parameters.parsed('cursor', 'a nextCursor of an earlier answer', readCursor),
        }
        parameters.end()
        sendJson(response, await backend.ask({ about, filter, ...paging }))
      })
      .all(allowOnly('GET', 'HEAD'))
  search('stream', { min: 1, max: 1_000, default: 100 })
  search('traces', { min: 1, max: 500, default: 50 })
}
