import type { RequestListener } from 'node:http'
import { request } from 'undici'
import { describe, expect, it } from 'vitest'
import { gatewayApp } from '../src/app.ts'
import { BatchQueue } from '../src/batch-queue.ts'
import { DeferredJobs } from '../src/deferred-jobs.ts'
import { DiceClient } from '../src/dice-client.ts'
import { processRolls, type RollMessage } from '../src/roll-messages.ts'
import { closedPort, listenUntilDone } from './support/listen-until-done.ts'

interface Limits {
  readonly timeoutMillis?: number
  readonly maxJobs?: number
  readonly keepMillis?: number
  readonly maxWaiting?: number
}

function listen(diceUrl: string, limits: Limits = {}): Promise<string> {
  const { timeoutMillis = 20_000, maxJobs = 10, keepMillis = 60_000, maxWaiting = 500 } = limits
  const dice = new DiceClient(diceUrl, timeoutMillis)
  const jobs = new DeferredJobs({ maxJobs, keepMillis, now: () => performance.now() })
  const consume = (batch: readonly RollMessage[]) => processRolls(dice, batch)
  const queue = new BatchQueue<RollMessage>({ consume, maxBatch: 128, maxWaiting, lingerMillis: 1 })
  return listenUntilDone(gatewayApp({ dice, jobs, queue, workbenchUrl: undefined }))
}

/** Asks for a job, in JSON, until it is no longer pending. */
async function whenFinished(url: string): Promise<unknown> {
  for (const deadline = Date.now() + 15_000; ; ) {
    const job = (await (await request(url, { headers: json })).body.json()) as { state: string }
    if (job.state !== 'pending' || Date.now() > deadline) return job
  }
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
      const { statusCode, body } = await request(
        (await listen(await listenUntilDone(() => {}), { timeoutMillis: 150 })) + path,
      )
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

  describe('at /roll_many', () => {
    it.each([
      ['', '3 rolls: 4 + 4 + 4 = 12', { result: 12, rolls: [4, 4, 4] }],
      ['?count=1', '1 roll: 4', { result: 4, rolls: [4] }],
    ])('sums up what dice rolled, with %j', async (query, text, answer) => {
      const url = `${await listen(await listenUntilDone(four))}/roll_many${query}`
      expect(await (await request(url)).body.text()).toBe(text)
      const { body } = await request(url, { headers: json })
      expect(await body.json()).toEqual({ ...answer, traces: { dice: [] } })
    })

    it.each(['0', '129', 'six', '1&count=2'])('refuses ?count=%s, and says what it takes', async (count) => {
      const { statusCode, body } = await request(
        `${await listen(await closedPort())}/roll_many?count=${count}`,
      )
      expect([statusCode, await body.json()]).toEqual([
        400,
        {
          title: 'Bad Request',
          status: 400,
          code: 'invalid_count',
          detail: expect.stringMatching(
            /^count: expected one whole number from 1 to 128, received .*\. Leave it out for 3\.$/,
          ),
        },
      ])
    })

    it('says how many rolls failed when one did', async () => {
      let asked = 0
      const stub = await listenUntilDone((_request, response) => {
        asked += 1
        if (asked === 2) response.writeHead(500)
        response.end('4')
      })
      const { statusCode, body } = await request(`${await listen(stub)}/roll_many?count=3`)
      expect([statusCode, await body.json()]).toEqual([
        502,
        {
          title: 'Bad Gateway',
          status: 502,
          code: 'rolls_failed',
          detail: '1 of 3 rolls failed. The dice service gave an answer that is not a roll.',
        },
      ])
    })
  })

  describe('at /roll_with_retry', () => {
    it('asks dice to fail, says which attempt it is, and answers when dice rolls', async () => {
      const asked: unknown[] = []
      const stub = await listenUntilDone(({ url }, response) => {
        asked.push(url)
        if (asked.length < 3) response.writeHead(503)
        response.end('4')
      })
      const { body } = await request(`${await listen(stub)}/roll_with_retry?fail=2`)
      expect(await body.text()).toBe('Dice roll result (attempt 3): 4')
      expect(asked).toEqual([1, 2, 3].map((attempt) => `/roll_with_link?fail=2&attempt=${attempt}`))
    })

    it.each([
      ['away', closedPort, 502, 'dice_unreachable'],
      [
        'not available',
        () => listenUntilDone((_request, response) => response.writeHead(503).end()),
        503,
        'dice_unavailable',
      ],
    ])('gives up on a dice that is %s', async (_how, dice, status, code) => {
      const { statusCode, body } = await request(`${await listen(await dice())}/roll_with_retry`)
      expect([statusCode, await body.json()]).toEqual([status, expect.objectContaining({ code })])
    })

    it('does not ask again for what another attempt would not mend', async () => {
      let asked = 0
      const stub = await listenUntilDone((_request, response) => {
        asked += 1
        response.writeHead(500).end()
      })
      expect((await request(`${await listen(stub)}/roll_with_retry`)).statusCode).toBe(502)
      expect(asked).toBe(1)
    })

    it.each(['-1', '10', ''])('refuses ?fail=%s', async (fail) => {
      const { statusCode } = await request(`${await listen(await closedPort())}/roll_with_retry?fail=${fail}`)
      expect(statusCode).toBe(400)
    })
  })

  describe.each(['/roll_later?delay=0', '/roll_batch?count=1'])('at %s', (path) => {
    const together: RequestListener = ({ url }, response) => response.end(url === '/rolldice' ? '4' : '[4]')

    it('answers 202 with the address of the job, which tells its result', async () => {
      const url = await listen(await listenUntilDone(together))
      const { statusCode, headers, body } = await request(url + path, { method: 'POST', headers: json })
      const { location } = headers
      expect([statusCode, await body.json()]).toEqual([202, { state: 'pending', location, traces: {} }])
      expect(location).toMatch(/^\/rolls\/[0-9a-f-]{36}$/)
      const done = { state: 'done', result: 4, rolls: [4], traces: { jobs: [] } }
      expect(await whenFinished(url + location)).toEqual(done)
      const { headers: found, body: text } = await request(url + location)
      expect([await text.text(), found['cache-control']]).toEqual(['1 roll: 4', 'no-store'])
    })

    it('tells of a job that failed', async () => {
      const url = await listen(await closedPort())
      const { headers } = await request(url + path, { method: 'POST' })
      const detail = 'The dice service cannot be reached. Try again in a moment.'
      expect(await whenFinished(`${url}${headers.location}`)).toEqual({
        state: 'failed',
        problem: { code: 'dice_unreachable', detail },
        traces: { jobs: [] },
      })
      expect(await (await request(`${url}${headers.location}`)).body.text()).toBe(`failed: ${detail}`)
    })

    it('takes no more jobs than it has room for', async () => {
      const url = await listen(await listenUntilDone(() => {}), { maxJobs: 1 })
      await request(url + path, { method: 'POST' })
      const { statusCode, headers, body } = await request(url + path, { method: 'POST' })
      expect([statusCode, headers['retry-after'], await body.json()]).toEqual([
        503,
        '1',
        expect.objectContaining({ code: 'too_many_jobs' }),
      ])
    })

    it('tells a job that is not kept any longer from one that never was', async () => {
      const url = await listen(await listenUntilDone(together), { keepMillis: 0 })
      const { headers } = await request(url + path, { method: 'POST' })
      const statusOf = async (address: string) => (await request(url + address)).statusCode
      await expect.poll(() => statusOf(String(headers.location)), { timeout: 15_000 }).toBe(410)
      expect(await statusOf('/rolls/00000000-0000-4000-8000-000000000000')).toBe(404)
    })

    it.each(['GET', 'HEAD', 'PUT'] as const)('answers 405 to %s: asking changes nothing', async (method) => {
      const { statusCode, headers } = await request((await listen(await closedPort())) + path, { method })
      expect([statusCode, headers.allow]).toEqual([405, 'POST'])
    })
  })

  it('refuses a batch that its queue has no room for', async () => {
    const url = await listen(await closedPort(), { maxWaiting: 2 })
    const { statusCode, body } = await request(`${url}/roll_batch?count=3`, { method: 'POST' })
    expect([statusCode, await body.json()]).toEqual([503, expect.objectContaining({ code: 'queue_full' })])
  })

  it('refuses a delay that is too long', async () => {
    const url = await listen(await closedPort())
    const { statusCode } = await request(`${url}/roll_later?delay=10001`, { method: 'POST' })
    expect(statusCode).toBe(400)
  })

  it.each(['/', '/roll', '/roll_many/', '/rolls', '/rolls/'])(
    'answers 404 at %s, and says where there is something',
    async (path) => {
      const { statusCode, body } = await request((await listen(await closedPort())) + path)
      expect([statusCode, await body.json()]).toEqual([
        404,
        {
          title: 'Not Found',
          status: 404,
          code: 'not_found',
          detail:
            'There is nothing at this address. There is something at /rolldice, /roll_with_link, /roll_many, /roll_with_retry, /rolls/:id, /roll_later, /roll_batch.',
        },
      ])
    },
  )
})
