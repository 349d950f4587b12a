import type { RequestListener } from 'node:http'
import { request } from 'undici'
import { describe, expect, it } from 'vitest'
import { gatewayApp } from '../src/app.ts'
import { DiceClient } from '../src/dice-client.ts'
import { closedPort, listenUntilDone } from './support/listen-until-done.ts'

function listen(diceUrl: string, timeoutMillis = 20_000): Promise<string> {
  return listenUntilDone(gatewayApp(new DiceClient(diceUrl, timeoutMillis), undefined))
}

const four: RequestListener = (_request, response) => response.end('4')
const json = { accept: 'application/json' }

describe('gatewayApp', () => {
  it.each([
    ['/rolldice', '4'],
    ['/roll_with_link', 'Dice roll result (with link): 4'],
  ])('answers at %s with exactly %j', async (path, expected) => {
    const { statusCode, headers, body } = await request((await listen(await listenUntilDone(four))) + path)
    expect([statusCode, await body.text()]).toEqual([200, expected])
    expect(headers).toMatchObject({
      'content-type': 'text/plain; charset=utf-8',
      'cache-control': 'no-store',
      vary: 'Accept',
    })
  })

  it.each(['/rolldice', '/roll_with_link'])(
    'answers at %s with JSON where it is asked for, without telemetry too',
    async (path) => {
      const { body } = await request((await listen(await listenUntilDone(four))) + path, { headers: json })
      expect(await body.json()).toEqual({ result: 4, traces: {} })
    },
  )

  it.each(['/rolldice', '/roll_with_link'])('asks dice at %s for the same', async (path) => {
    const asked: unknown[] = []
    const stub = await listenUntilDone(({ url }, response) => {
      asked.push(url)
      response.end('4')
    })
    await request((await listen(stub)) + path).then(({ body }) => body.dump())
    expect(asked).toEqual([path])
  })

  describe.each(['/rolldice', '/roll_with_link'])('at %s', (path) => {
    it('answers 502 when dice is not there, and tells nothing of where it should be', async () => {
      const { statusCode, headers, body } = await request((await listen(await closedPort())) + path)
      expect([statusCode, headers['content-type']]).toEqual([502, 'application/problem+json'])
      expect(await body.json()).toEqual({
        title: 'Bad Gateway',
        status: 502,
        code: 'dice_unreachable',
        detail: 'The dice service cannot be reached. Try again in a moment.',
      })
    })

    it('answers 504 when dice is too slow', async () => {
      const { statusCode, body } = await request((await listen(await listenUntilDone(() => {}), 150)) + path)
      expect([statusCode, await body.json()]).toEqual([
        504,
        {
          title: 'Gateway Timeout',
          status: 504,
          code: 'dice_timeout',
          detail: 'The dice service did not answer within 150 ms. Try again in a moment.',
        },
      ])
    })

    it('answers 502 when dice has an error, and keeps it to itself', async () => {
      const stub = await listenUntilDone((_request, response) => response.writeHead(500).end('stack of dice'))
      const { statusCode, body } = await request((await listen(stub)) + path)
      expect([statusCode, await body.json()]).toEqual([
        502,
        {
          title: 'Bad Gateway',
          status: 502,
          code: 'dice_bad_answer',
          detail: 'The dice service gave an answer that is not a roll.',
        },
      ])
    })

    it('answers 405 to a method that does not ask', async () => {
      const { statusCode, headers } = await request((await listen(await listenUntilDone(four))) + path, {
        method: 'DELETE',
      })
      expect([statusCode, headers.allow]).toEqual([405, 'GET, HEAD'])
    })
  })

  it('answers 404 elsewhere', async () => {
    const { statusCode, body } = await request(`${await listen(await listenUntilDone(four))}/roll`)
    expect([statusCode, await body.json()]).toEqual([404, expect.objectContaining({ code: 'not_found' })])
  })
})
