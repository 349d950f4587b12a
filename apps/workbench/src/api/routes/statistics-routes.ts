import { allowOnly } from '@linked-traces/service/problem-routes'
import type { Router } from 'express'
import type { Question } from '../../query/questions.ts'
import type { Backend } from '../backend.ts'
import { QueryParameters } from '../query-parameters.ts'
import { readStatsFilter, readStatsTimes } from '../read-stats-filter.ts'
import { sendJson } from '../send-json.ts'

/** `/services`, `/operations`, `/timeseries` and `/errors`; `now` in milliseconds since the Unix epoch. */
export function statisticsRoutes(router: Router, backend: Backend, now: () => number): void {
  const statistics = (path: string, read: (parameters: QueryParameters) => Question) =>
    router
      .route(path)
      .get(async (request, response) => {
        const parameters = new QueryParameters(request.url)
        const question = read(parameters)
        parameters.end()
        sendJson(response, await backend.ask(question))
      })
      .all(allowOnly('GET', 'HEAD'))

  statistics('/services', (parameters) => ({ about: 'services', filter: readStatsTimes(parameters, now()) }))
  statistics('/operations', (parameters) => ({
    about: 'operations',
    filter: readStatsFilter(parameters, now()),
    limit: parameters.integer('limit', { min: 1, max: 1_000, default: 100 }),
  }))
  statistics('/timeseries', (parameters) => ({
    about: 'time-series',
    filter: readStatsFilter(parameters, now()),
    buckets: parameters.integer('buckets', { min: 1, max: 500, default: 60 }),
  }))
  statistics('/errors', (parameters) => ({
    about: 'errors',
    filter: readStatsFilter(parameters, now()),
    limit: parameters.integer('limit', { min: 1, max: 100, default: 10 }),
  }))
}
