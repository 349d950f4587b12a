import { request } from 'undici'
import { describe, expect, it } from 'vitest'
import { startTestReceiver } from '../src/testing.ts'

const oneSpan = {
  resourceSpans: [
    {
      resource: { attributes: [{ key: 'service.name', value: { stringValue: 'dice' } }] },
      scopeSpans: [
        {
          scope: { name: 'roll', version: '1' },
          spans: [
            {
              traceId: '5B8EFFF798038103D269B633813FC60C',
              spanId: 'EEE19B7EC3C1B174',
              name: 'GET /rolldice',
              kind: 2,
              startTimeUnixNano: '1544712660000000001',
              endTimeUnixNano: '1544712661000000003',
              attributes: [{ key: 'dice.rolled', value: { intValue: 6 } }],
              links: [
                {
                  traceId: '0af7651916cd43dd8448eb211c80319c',
                  spanId: 'b7ad6b7169203331',
                  attributes: [{ key: 'linked_traces.relation', value: { stringValue: 'caller' } }],
                  flags: 769,
                },
              ],
            },
          ],
        },
      ],
    },
  ],
}

const post = (url: string, body: string) =>
  request(`${url}/v1/traces`, { method: 'POST', headers: { 'content-type': 'application/json' }, body })

describe('startTestReceiver', () => {
  it('gives the spans it was sent, flattened and exact', async () => {
    await using receiver = await startTestReceiver()
    const response = await post(receiver.url, JSON.stringify(oneSpan))
    expect([response.statusCode, await response.body.json()]).toEqual([200, {}])
    expect(await receiver.waitForSpans(1)).toEqual([
      {
        traceId: '5b8efff798038103d269b633813fc60c',
        spanId: 'eee19b7ec3c1b174',
        traceState: '',
        parentSpanId: '',
        flags: 0,
        name: 'GET /rolldice',
        kind: 2,
        startTimeUnixNano: 1544712660000000001n,
        endTimeUnixNano: 1544712661000000003n,
        attributes: { 'dice.rolled': 6 },
        droppedAttributesCount: 0,
        events: [],
        droppedEventsCount: 0,
        links: [
          {
            traceId: '0af7651916cd43dd8448eb211c80319c',
            spanId: 'b7ad6b7169203331',
            hasValidIds: true,
            traceState: '',
            attributes: { 'linked_traces.relation': 'caller' },
            droppedAttributesCount: 0,
            flags: 769,
          },
        ],
        droppedLinksCount: 0,
        status: { message: '', code: 0 },
        resource: { 'service.name': 'dice' },
        resourceSchemaUrl: '',
        scope: { name: 'roll', version: '1', attributes: {}, droppedAttributesCount: 0 },
        scopeSchemaUrl: '',
      },
    ])
    expect(receiver.requests).toMatchObject([
      { method: 'POST', url: '/v1/traces', encoding: 'json', spans: [{ name: 'GET /rolldice' }] },
    ])
  })

  it('answers the next requests as the script says, then truthfully again', async () => {
    await using receiver = await startTestReceiver()
    receiver.respondWith({ status: 503, headers: { 'retry-after': '7' }, body: 'busy' }, 'drop')
    const refused = await post(receiver.url, JSON.stringify(oneSpan))
    expect([refused.statusCode, refused.headers['retry-after'], await refused.body.text()]).toEqual([
      503,
      '7',
      'busy',
    ])
    await expect(post(receiver.url, JSON.stringify(oneSpan))).rejects.toThrow()
    expect(receiver.spans()).toEqual([])
    expect((await post(receiver.url, JSON.stringify(oneSpan))).statusCode).toBe(200)
    expect(receiver.spans()).toHaveLength(1)
    const requests = await receiver.waitForRequests((all) => all[2]?.status === 200)
    expect(requests.map(({ status }) => status)).toEqual([503, undefined, 200])
  })

  it('answers every request as it was told to, late or never', async () => {
    await using receiver = await startTestReceiver()
    receiver.respondAlwaysWith({ delayMillis: 1 })
    expect((await post(receiver.url, JSON.stringify(oneSpan))).statusCode).toBe(200)
    receiver.respondAlwaysWith('hang')
    const unanswered = post(receiver.url, '{}').catch((error: unknown) => error)
    await receiver.waitForRequests(2)
    await receiver.close()
    expect(await unanswered).toBeInstanceOf(Error)
  })

  it('names what did arrive when the wait is over', async () => {
    await using receiver = await startTestReceiver()
    await post(receiver.url, JSON.stringify(oneSpan))
    await expect(receiver.waitForSpans(2, 1)).rejects.toThrow(
      /1 spans arrived:\n {2}dice: GET \/rolldice \(trace 5b8efff798038103d269b633813fc60c, .*, 1 links\)\n1 requests came/,
    )
  })
})
