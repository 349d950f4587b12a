import { once } from 'node:events'
import { type ClientRequest, type IncomingMessage, request } from 'node:http'
import { describe, expect, it } from 'vitest'
import type { Health, Trace } from '../src/api/contract.ts'
import { otlpJson } from './otlp-json.ts'
import { startWorkbench, until } from './workbench-process.ts'

const mebibyte = 1024 * 1024
/** Four of them fit into the 64 MiB that all uploads together may hold, five do not. */
const uploadBytes = 15 * mebibyte
const waiting = 4

const traceOf = (number: number): string => (number + 1).toString(16).padStart(32, '0')

/** An export of one span that is large by white space alone, without its last byte. */
function allButTheLastByte(number: number): Buffer {
  const text = JSON.stringify(
    otlpJson('sender', [{ traceId: traceOf(number), spanId: '1'.repeat(16), name: `work ${number}` }]),
  )
  const body = Buffer.alloc(uploadBytes - 1, ' ')
  body.write(text.slice(0, -1))
  return body
}

/** Sends all but the last byte; the answer comes after that one, or earlier when the rest is not wanted. */
function beginUpload(url: string, number: number) {
  const sent: ClientRequest = request(`${url}/v1/traces`, {
    method: 'POST',
    agent: false,
    headers: { 'content-type': 'application/json', 'content-length': uploadBytes },
  })
  // A sender that is refused may find its connection closed while it still sends.
  sent.on('error', () => {})
  const answered = once(sent, 'response').then(([response]) => (response as IncomingMessage).resume())
  sent.write(allButTheLastByte(number))
  return { answered, finish: () => sent.end('}') }
}

const get = async <T>(url: string): Promise<T> => (await (await fetch(url)).json()) as T

describe('a workbench that holds as many uploads as it may', () => {
  it('asks further senders to come again, then stores what it has acknowledged and what comes again', async () => {
    await using workbench = await startWorkbench()
    const { url } = workbench
    // One more than fits.
    const uploads = Array.from({ length: waiting + 1 }, (_, number) => beginUpload(url, number))
    const statuses: (number | undefined)[] = []
    const retryAfter: (string | undefined)[] = []
    for (const [number, { answered }] of uploads.entries())
      void answered.then(({ statusCode, headers }) => {
        statuses[number] = statusCode
        if (statusCode === 503) retryAfter.push(headers['retry-after'])
      })
    const answers = () => statuses.filter((status) => status !== undefined)
    await until(() => answers().length > 0, workbench.output)
    expect(new Set(answers())).toEqual(new Set([503]))
    expect(Number(retryAfter[0])).toBeGreaterThan(0)
    // Reading goes on meanwhile, and nothing that was not acknowledged shows.
    expect((await get<Health>(`${url}/api/health`)).received.spans).toBe(0)

    for (const [number, { finish }] of uploads.entries()) if (statuses[number] === undefined) finish()
    await until(() => answers().length === uploads.length, workbench.output)
    expect(new Set(answers())).toEqual(new Set([200, 503]))
    for (const [number, status] of statuses.entries()) {
      expect((await fetch(`${url}/api/traces/${traceOf(number)}`)).status).toBe(status === 200 ? 200 : 404)
      if (status === 200) continue
      const again = beginUpload(url, number)
      again.finish()
      expect((await again.answered).statusCode).toBe(200)
    }
    for (const number of uploads.keys()) {
      const { spans } = await get<Trace>(`${url}/api/traces/${traceOf(number)}`)
      expect(spans.map(({ name }) => name)).toEqual([`work ${number}`])
    }
    expect((await get<Health>(`${url}/api/health`)).received).toMatchObject({
      spans: uploads.length,
      duplicateSpans: 0,
    })
  }, 60_000)
})
