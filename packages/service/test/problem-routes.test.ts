import express from 'express'
import { request } from 'undici'
import { afterEach, describe, expect, it } from 'vitest'
import { HttpService } from '../src/http-service.ts'
import { Problem } from '../src/problem.ts'
import { allowOnly, answerErrors, notFound, notFoundBut, routeExactly } from '../src/problem-routes.ts'

const logged: unknown[][] = []
let service: HttpService | undefined
afterEach(async () => {
  logged.length = 0
  await service?.stop(0)
})

/** The answer of an Express app with one route that does what the test wants. */
async function ask(
  path: string,
  method: string,
  handler: express.RequestHandler = (_, r) => void r.send('ok'),
) {
  const app = express()
  routeExactly(app)
  app.route('/roll').get(handler).all(allowOnly('GET', 'HEAD'))
  app.use(notFound)
  app.use(answerErrors((...line) => logged.push(line)))
  service = new HttpService(app)
  const url = await service.listen({ host: '127.0.0.1', port: 0, hostVariable: 'HOST', portVariable: 'PORT' })
  return request(url + path, { method })
}

describe('answerErrors', () => {
  it('sends a problem as it is, and logs nothing', async () => {
    const { statusCode, headers, body } = await ask('/roll', 'GET', () => {
      throw new Problem({
        status: 502,
        code: 'dice_unreachable',
        detail: 'Try again.',
        headers: { 'retry-after': '1' },
        cause: new Error('connect ECONNREFUSED 10.0.0.1:8081'),
      })
    })
    expect(statusCode).toBe(502)
    expect(headers).toMatchObject({
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
      'retry-after': '1',
    })
    expect(await body.json()).toEqual({
      title: 'Bad Gateway',
      status: 502,
      code: 'dice_unreachable',
      detail: 'Try again.',
    })
    expect(logged).toEqual([])
  })

  it('logs an unexpected error, and tells nothing of it', async () => {
    const error = new Error('password s3cret refused by 10.0.0.1')
    const { statusCode, body } = await ask('/roll?n=1', 'GET', async () => {
      throw error
    })
    expect(statusCode).toBe(500)
    expect(await body.json()).toEqual({
      title: 'Internal Server Error',
      status: 500,
      code: 'internal_error',
      detail: 'Something went wrong on our side. Try again later.',
    })
    expect(logged).toEqual([['GET /roll?n=1 failed:', error]])
  })

  it('breaks off an answer that had begun', async () => {
    const { body } = await ask('/roll', 'GET', (_request, response) => {
      response.write('half')
      throw new Error('later')
    })
    await expect(body.text()).rejects.toMatchObject({ code: 'UND_ERR_SOCKET' })
    expect(logged).toHaveLength(1)
  })
})

describe('allowOnly', () => {
  it('answers 405 with the methods that would do', async () => {
    const { statusCode, headers, body } = await ask('/roll', 'DELETE')
    expect(statusCode).toBe(405)
    expect(headers.allow).toBe('GET, HEAD')
    expect(await body.json()).toEqual({
      title: 'Method Not Allowed',
      status: 405,
      code: 'method_not_allowed',
      detail: 'This address does not take DELETE. Use GET or HEAD.',
    })
  })

  it('lets the methods of the route through', async () => {
    expect((await ask('/roll', 'HEAD')).statusCode).toBe(200)
  })
})

describe('notFound', () => {
  it('answers 404', async () => {
    const { statusCode, body } = await ask('/nowhere', 'GET')
    expect(statusCode).toBe(404)
    expect(await body.json()).toEqual({
      title: 'Not Found',
      status: 404,
      code: 'not_found',
      detail: 'There is nothing at this address.',
    })
  })
})

describe('routeExactly', () => {
  it.each(['/Roll', '/roll/', '//roll', '/r%6Fll'])('does not take %s for /roll', async (path) => {
    expect((await ask(path, 'GET')).statusCode).toBe(404)
  })

  it('does not tell what the service is made of', async () => {
    const { headers } = await ask('/roll', 'GET')
    expect(headers).not.toHaveProperty('x-powered-by')
    expect(headers).not.toHaveProperty('etag')
  })
})

describe('notFoundBut', () => {
  it('answers 404, and names the addresses where there is something', () => {
    expect(notFoundBut('/rolldice', '/rolls/:id')).toThrow(
      expect.objectContaining({
        status: 404,
        code: 'not_found',
        message: 'There is nothing at this address. There is something at /rolldice, /rolls/:id.',
      }),
    )
  })
})
