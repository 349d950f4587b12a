import type { RequestListener } from 'node:http'
import { describe, expect, it } from 'vitest'
import { DiceClient } from '../src/dice-client.ts'
import { closedPort, listenUntilDone } from './support/listen-until-done.ts'

const PATIENT = 20_000

async function roll(listener: RequestListener, timeoutMillis = PATIENT) {
  return new DiceClient(await listenUntilDone(listener), timeoutMillis).roll('/rolldice')
}

describe('DiceClient', () => {
  it.each([1, 2, 3, 4, 5, 6])('gives a %d that dice rolled', async (result) => {
    expect(await roll((_request, response) => response.end(String(result)))).toEqual({
      result,
      callee: undefined,
    })
  })

  it('asks below the path of the address it was given, for plain text', async () => {
    let asked: unknown
    const url = await listenUntilDone(({ method, url, headers }, response) => {
      asked = { method, url, accept: headers.accept }
      response.end('1')
    })
    await new DiceClient(`${url}/behind/a/proxy`, PATIENT).roll('/roll_with_link')
    expect(asked).toEqual({ method: 'GET', url: '/behind/a/proxy/roll_with_link', accept: 'text/plain' })
  })

  it("names the root span of dice's own trace", async () => {
    const callee = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' }
    const { traceId, spanId } = callee
    const rolled = await roll((_request, response) => {
      response.setHeader('traceresponse', `00-${traceId}-${spanId}-01`).end('1')
    })
    expect(rolled.callee).toMatchObject({ ...callee, traceFlags: 1 })
  })

  const nonsense: [string, RequestListener][] = [
    ['a zero', (_request, response) => response.end('0')],
    ['a seven', (_request, response) => response.end('7')],
    ['two digits', (_request, response) => response.end('11')],
    ['words', (_request, response) => response.end('<h1>six</h1>')],
    ['nothing', (_request, response) => response.end()],
    ['an error', (_request, response) => response.writeHead(500).end('6')],
    ['a redirect', (_request, response) => response.writeHead(302, { location: '/6' }).end('6')],
    [
      'more than a roll can be, without waiting for its end',
      (_request, response) => void response.write('6'.repeat(2000)),
    ],
    [
      'headers without end',
      (_request, response) => void response.setHeader('x-six', '6'.repeat(99_000)).end('6'),
    ],
    ['what is not HTTP', ({ socket }) => socket.end('SSH-2.0-dropbear\r\n')],
    ['what HTTP forbids', ({ socket }) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: six\r\n\r\n6')],
  ]
  it.each(nonsense)('refuses %s for a roll', async (_what, listener) => {
    await expect(roll(listener)).rejects.toMatchObject({
      status: 502,
      code: 'dice_bad_answer',
      message: 'The dice service gave an answer that is not a roll.',
    })
  })

  it.each([
    [1, '[4]'],
    [3, '[1,6,3]'],
    [128, `[${Array(128).fill(2)}]`],
  ])('rolls %d times with one request', async (rolls, answer) => {
    const asked: unknown[] = []
    const url = await listenUntilDone(({ url }, response) => {
      asked.push(url)
      response.end(answer)
    })
    expect(await new DiceClient(url, PATIENT).rollMany(rolls)).toEqual(JSON.parse(answer))
    expect(asked).toEqual([`/rolldice?rolls=${rolls}`])
  })

  it.each(['[1,2]', '[1,2,3,4]', '[1,2,7]', '[1,2,"3"]', '[]', '3', '{"length":3}', ''])(
    'refuses %s for three rolls',
    async (answer) => {
      const url = await listenUntilDone((_request, response) => response.end(answer))
      await expect(new DiceClient(url, PATIENT).rollMany(3)).rejects.toMatchObject({
        code: 'dice_bad_answer',
      })
    },
  )

  it('says that dice takes no rolls at the moment', async () => {
    await expect(roll((_request, response) => response.writeHead(503).end('4'))).rejects.toMatchObject({
      status: 503,
      code: 'dice_unavailable',
      headers: { 'retry-after': '1' },
    })
  })

  it('says that nobody listens', async () => {
    await expect(new DiceClient(await closedPort(), PATIENT).roll('/rolldice')).rejects.toMatchObject({
      status: 502,
      code: 'dice_unreachable',
      message: 'The dice service cannot be reached. Try again in a moment.',
      cause: expect.objectContaining({ code: 'ECONNREFUSED' }),
    })
  })

  const breaks: [string, RequestListener][] = [
    ['before the answer', ({ socket }) => socket.destroy()],
    ['by a reset', ({ socket }) => socket.resetAndDestroy()],
    [
      'within the answer',
      ({ socket }, response) => {
        response.writeHead(200, { 'content-length': 1 }).flushHeaders()
        socket.end()
      },
    ],
  ]
  it.each(breaks)('says that the connection broke off %s', async (_when, listener) => {
    await expect(roll(listener)).rejects.toMatchObject({ status: 502, code: 'dice_unreachable' })
  })

  const slow: [string, RequestListener][] = [
    ['never begins', () => {}],
    [
      'never ends',
      (_request, response) => {
        response.write('6')
      },
    ],
    [
      'comes in drops',
      (_request, response) => {
        const drip = setInterval(() => response.write(' '), 20)
        response.on('close', () => clearInterval(drip))
      },
    ],
  ]
  it.each(slow)('gives up at its deadline on an answer that %s', async (_how, listener) => {
    await expect(roll(listener, 150)).rejects.toMatchObject({
      status: 504,
      code: 'dice_timeout',
      message: 'The dice service did not answer within 150 ms. Try again in a moment.',
    })
  })

  it('goes on after a failure', async () => {
    let answers = 0
    const url = await listenUntilDone((_request, response) => {
      answers += 1
      if (answers > 1) response.end('3')
    })
    const dice = new DiceClient(url, 500)
    await expect(dice.roll('/rolldice')).rejects.toMatchObject({ code: 'dice_timeout' })
    // A busy machine may take longer than that for an answer, too.
    await expect.poll(() => dice.roll('/rolldice'), { timeout: 15_000 }).toMatchObject({ result: 3 })
  })
})
