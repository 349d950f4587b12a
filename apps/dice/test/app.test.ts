import { randomInt } from 'node:crypto'
import { HttpService } from '@linked-traces/service/http-service'
import { request } from 'undici'
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { diceApp } from '../src/app.ts'
import type { RandomInt } from '../src/routes/roll-dice.ts'

let service: HttpService | undefined
afterEach(async () => {
  await service?.stop(0)
  service = undefined
})

async function listen(source: RandomInt): Promise<string> {
  service = new HttpService(diceApp(source))
  return service.listen({ host: '127.0.0.1', port: 0, hostVariable: 'HOST', portVariable: 'PORT' })
}

/** A source that gives these numbers, one after another, from the first again after the last. */
function sequence(...numbers: number[]): RandomInt {
  let next = 0
  return () => numbers[next++ % numbers.length] ?? Number.NaN
}

/** Pearson's statistic of observed counts against an equal share for each face. */
function chiSquare(rolls: readonly number[]): number {
  const expected = rolls.length / 6
  return [1, 2, 3, 4, 5, 6]
    .map((face) => rolls.filter((roll) => roll === face).length)
    .reduce((sum, observed) => sum + (observed - expected) ** 2 / expected, 0)
}

describe.each(['/rolldice', '/roll_with_link'])('diceApp at %s', (path) => {
  it('answers with a number as plain text that no cache keeps', async () => {
    const { statusCode, headers, body } = await request((await listen(sequence(4))) + path)
    expect([statusCode, await body.text()]).toEqual([200, '4'])
    expect(headers).toMatchObject({
      'content-type': 'text/plain; charset=utf-8',
      'cache-control': 'no-store',
      vary: 'Accept',
    })
  })

  it('asks for a number from 1 to 6, and answers with each of the six as it is', async () => {
    const asked: number[][] = []
    const next = sequence(1, 2, 3, 4, 5, 6)
    const url = await listen((min, max) => {
      asked.push([min, max])
      return next(min, max)
    })
    const { body } = await request(`${url}${path}?rolls=6`)
    expect(await body.json()).toEqual([1, 2, 3, 4, 5, 6])
    // The upper bound of `randomInt` is not among its numbers.
    expect(asked).toEqual(Array.from({ length: 6 }, () => [1, 7]))
  })

  it('rolls every face, the six too, equally often', async () => {
    const url = await listen(randomInt)
    const rolls: number[] = []
    for (let thousands = 0; thousands < 60; thousands += 1) {
      const { body } = await request(`${url}${path}?rolls=1000`)
      rolls.push(...((await body.json()) as number[]))
    }
    expect(rolls).toHaveLength(60_000)
    expect([...new Set(rolls)].sort()).toEqual([1, 2, 3, 4, 5, 6])
    // Five degrees of freedom: fair dice exceed it once in a thousand million runs.
    expect(chiSquare(rolls)).toBeLessThan(50.9)
  })

  it('answers with a JSON object where one is asked for', async () => {
    const url = await listen(sequence(5))
    const { headers, body } = await request(url + path, { headers: { accept: 'application/json' } })
    expect(headers['content-type']).toBe('application/json; charset=utf-8')
    expect(await body.json()).toEqual({ result: 5 })
  })

  it.each(['*/*', 'text/html, */*;q=0.8', 'application/json;q=0.5, text/plain'])(
    'answers with plain text to Accept: %s',
    async (accept) => {
      const { body } = await request((await listen(sequence(5))) + path, { headers: { accept } })
      expect(await body.text()).toBe('5')
    },
  )

  it.each([1, 2, 1000])('answers to ?rolls=%d with an array of as many', async (rolls) => {
    const { headers, body } = await request(`${await listen(sequence(1, 2, 3))}${path}?rolls=${rolls}`)
    expect(headers['content-type']).toBe('application/json; charset=utf-8')
    expect(await body.json()).toHaveLength(rolls)
  })

  it.each(['', '0', '01', '1001', '-1', '1.5', '1e2', '0x1', 'six', '%201', '1&rolls=2', '99999999999'])(
    'refuses ?rolls=%s',
    async (rolls) => {
      const { statusCode, headers, body } = await request(
        `${await listen(sequence(1))}${path}?rolls=${rolls}`,
      )
      expect([statusCode, headers['content-type']]).toEqual([400, 'application/problem+json'])
      expect(await body.json()).toEqual({
        title: 'Bad Request',
        status: 400,
        code: 'invalid_rolls',
        detail: expect.stringMatching(
          /^rolls: expected one whole number from 1 to 1000, received .*\. Leave it out to roll once\.$/,
        ),
      })
    },
  )

  it.each(['fail=2', 'fail=2&attempt=1', 'fail=2&attempt=2', 'fail=9&attempt=9'])(
    'fails as ?%s asks for',
    async (query) => {
      const { statusCode, headers, body } = await request(`${await listen(sequence(1))}${path}?${query}`)
      expect([statusCode, headers['retry-after']]).toEqual([503, '0'])
      expect(await body.json()).toMatchObject({ code: 'failed_as_asked' })
    },
  )

  it.each(['fail=0', 'attempt=1', 'fail=2&attempt=3', 'fail=9&attempt=10'])(
    'rolls when ?%s does not ask it to fail',
    async (query) => {
      const { body } = await request(`${await listen(sequence(5))}${path}?${query}`)
      expect(await body.text()).toBe('5')
    },
  )

  it.each(['fail=10', 'fail=', 'fail=1&fail=1', 'attempt=0', 'attempt=11', 'attempt=first'])(
    'refuses ?%s',
    async (query) => {
      const { statusCode, body } = await request(`${await listen(sequence(1))}${path}?${query}`)
      expect([statusCode, await body.json()]).toEqual([
        400,
        expect.objectContaining({ code: expect.stringMatching(/^invalid_(fail|attempt)$/) }),
      ])
    },
  )

  it('answers 405 to a method that does not ask', async () => {
    const { statusCode, headers, body } = await request((await listen(sequence(1))) + path, {
      method: 'POST',
    })
    expect([statusCode, headers.allow]).toEqual([405, 'GET, HEAD'])
    expect(await body.json()).toMatchObject({ code: 'method_not_allowed' })
  })
})

describe('diceApp', () => {
  it.each(['/', '/rolldice/', '/RollDice', '/roll_with_link/'])('answers 404 at %s', async (path) => {
    const { statusCode, body } = await request((await listen(sequence(1))) + path)
    expect([statusCode, await body.json()]).toEqual([404, expect.objectContaining({ code: 'not_found' })])
  })

  it('tells nothing of an unexpected error, and logs it', async () => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => {})
    onTestFinished(() => log.mockRestore())
    const error = new Error('entropy pool of host db-7 is empty')
    const url = await listen(() => {
      throw error
    })
    const { statusCode, body } = await request(`${url}/rolldice`)
    expect([statusCode, await body.json()]).toEqual([
      500,
      expect.objectContaining({ code: 'internal_error', detail: expect.not.stringContaining('db-7') }),
    ])
    expect(log).toHaveBeenCalledExactlyOnceWith('GET /rolldice failed:', error)
  })
})
