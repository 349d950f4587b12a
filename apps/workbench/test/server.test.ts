import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { request } from 'undici'
import { describe, expect, it } from 'vitest'
import { sendSpans } from './otlp-json.ts'
import { startWorkbench, until } from './workbench-process.ts'

const gatewayTrace = 'a'.repeat(32)
const diceTrace = 'd'.repeat(32)
const parent = '1'.repeat(16)
const client = '2'.repeat(16)
const server = '3'.repeat(16)

async function sendLinkedPair(url: string): Promise<void> {
  await sendSpans(url, 'gateway', [
    {
      traceId: gatewayTrace,
      spanId: client,
      parentSpanId: parent,
      name: 'GET',
      kind: 3,
      at: 1,
      millis: 8.5,
      links: [{ traceId: diceTrace, spanId: server, relation: 'callee' }],
    },
    { traceId: gatewayTrace, spanId: parent, name: 'GET /roll_with_link', kind: 2, millis: 12.4 },
  ])
  await sendSpans(url, 'dice', [
    {
      traceId: diceTrace,
      spanId: server,
      name: 'GET /roll_with_link',
      kind: 2,
      at: 2,
      millis: 3,
      error: 'the die fell off the table',
      links: [{ traceId: gatewayTrace, spanId: client, relation: 'caller' }],
    },
  ])
}

describe('workbench', () => {
  it('prints a trace as a tree with its links both ways, and ends with SIGTERM', async () => {
    await using workbench = await startWorkbench()
    await sendLinkedPair(workbench.url)
    await until(() => workbench.output().includes(`${workbench.url}/traces/${diceTrace}`), workbench.output)
    expect(workbench.output()).toBe(`workbench listens on ${workbench.url}
trace ${gatewayTrace}  2 spans  12.4 ms
  gateway: GET /roll_with_link [server]  12.4 ms
  └─ gateway: GET [client]               8.5 ms
        ⇄ calls dice: GET /roll_with_link, trace ${diceTrace} (linked both ways)
  ${workbench.url}/traces/${gatewayTrace}

trace ${diceTrace}  1 span, 1 error  3 ms
  dice: GET /roll_with_link [server] ✗ the die fell off the table  3 ms
     ⇄ called by gateway: GET, trace ${gatewayTrace} (linked both ways)
  ${workbench.url}/traces/${diceTrace}

`)
    workbench.child.kill('SIGTERM')
    expect(await workbench.exited).toBe(0)
  })

  it('prints what still waits when it is stopped', async () => {
    await using workbench = await startWorkbench()
    await sendLinkedPair(workbench.url)
    workbench.child.kill('SIGINT')
    expect(await workbench.exited).toBe(0)
    expect(workbench.output()).toContain(`trace ${diceTrace}`)
  })

  it('answers a trace with spans, links and who links to it', async () => {
    await using workbench = await startWorkbench()
    await sendLinkedPair(workbench.url)
    const response = await fetch(`${workbench.url}/api/traces/${diceTrace.toUpperCase()}`)
    expect(response.status).toBe(200)
    expect(await response.json()).toMatchObject({
      traceId: diceTrace,
      spanCount: 1,
      errorCount: 1,
      durationNano: '3000000',
      resources: [{ 'service.name': 'dice' }],
      spans: [
        {
          spanId: server,
          parentSpanId: null,
          name: 'GET /roll_with_link',
          kind: 'server',
          serviceName: 'dice',
          startTimeUnixNano: '1795377600002000000',
          durationNano: '3000000',
          status: { code: 'error', message: 'the die fell off the table' },
          links: [
            {
              traceId: gatewayTrace,
              spanId: client,
              position: 0,
              relation: 'caller',
              flags: { value: 0x301, sampled: true, random: false, remote: true },
              target: { state: 'resolved', serviceName: 'gateway', name: 'GET', kind: 'client' },
            },
          ],
          linkedFrom: [
            {
              source: { traceId: gatewayTrace, spanId: client, name: 'GET' },
              position: 0,
              relation: 'callee',
            },
          ],
          linkedFromCount: 1,
        },
      ],
    })
    const text = await fetch(`${workbench.url}/traces/${diceTrace}`)
    expect(text.headers.get('content-type')).toBe('text/plain; charset=utf-8')
    expect(await text.text()).toContain(`⇄ called by gateway: GET, trace ${gatewayTrace}`)
  })

  it.each([
    ['/api/traces/0123456789abcdef0123456789abcdef', 404, 'trace_not_found'],
    ['/api/traces/xyz', 400, 'invalid_trace_id'],
    [`/api/traces/${'0'.repeat(32)}`, 400, 'invalid_trace_id'],
    ['/api/nothing', 404, 'not_found'],
  ])('answers %s with %i %s as a problem', async (path, status, code) => {
    await using workbench = await startWorkbench()
    const response = await fetch(workbench.url + path)
    expect(response.status).toBe(status)
    expect(response.headers.get('content-type')).toBe('application/problem+json')
    expect(await response.json()).toMatchObject({ status, code })
  })

  it('refuses pages and names of others everywhere but at OTLP ingest', async () => {
    await using workbench = await startWorkbench()
    const status = async (path: string, headers: Record<string, string>, method = 'GET') => {
      const response = await request(workbench.url + path, {
        headers: { 'content-type': 'application/json', ...headers },
        method: method as 'GET',
        ...(method === 'POST' && { body: '{}' }),
      })
      await response.body.dump()
      return response.statusCode
    }
    const ofTrace = `/api/traces/${diceTrace}`
    expect(await status(ofTrace, {})).toBe(404)
    expect(await status(ofTrace, { host: 'rebound.example:4318' })).toBe(403)
    expect(await status(ofTrace, { origin: 'http://evil.example' })).toBe(403)
    expect(await status(`/traces/${diceTrace}`, { origin: 'http://evil.example' })).toBe(403)
    expect(await status('/healthz', { host: 'rebound.example:4318' })).toBe(403)
    expect(await status('/readyz', { origin: 'http://evil.example' })).toBe(403)
    expect(await status('/v1/traces', { host: 'collector.internal:4318' }, 'POST')).toBe(200)
  })

  it('says in one sentence which port is taken and which variable moves it', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const { port } = other.address() as AddressInfo
    await expect(startWorkbench({ WORKBENCH_PORT: String(port) })).rejects.toThrow(
      new RegExp(`^ended with 1: Port ${port} on 127.0.0.1 is taken: .*WORKBENCH_PORT.*\\n$`),
    )
    other.close()
  })

  it('names what it cannot honour and does not start', async () => {
    await expect(startWorkbench({ WORKBENCH_PORT: 'http' })).rejects.toThrow(
      /^ended with 1: WORKBENCH_PORT: expected a whole number/,
    )
  })

  it('ends when its store cannot be opened, though its runner holds its stdin', async () => {
    await expect(
      startWorkbench({ WORKBENCH_STOP_WITH: 'stdin', WORKBENCH_DATA: '/dev/null/workbench' }),
    ).rejects.toThrow(/^ended with 1: .*\/dev\/null\/workbench/)
  })

  it.each([
    ['a file', process.execPath],
    ['a folder in a file', join(process.execPath, 'data')],
    ['a folder in one that takes none and says ENOENT, as those of /proc', '/proc/workbench/data'],
  ])('says in a sentence that it cannot keep telemetry in %s', async (_what, folder) => {
    // As a folder on /dev/null, where there is no /proc.
    const data = folder.startsWith('/proc') && !existsSync('/proc') ? '/dev/null/data' : folder
    const command = ['--conditions=@linked-traces/source', 'src/server.ts']
    const { status, stderr } = spawnSync(process.execPath, command, {
      cwd: fileURLToPath(new URL('..', import.meta.url)),
      env: { PATH: process.env.PATH, WORKBENCH_PORT: '0', WORKBENCH_DATA: data },
      encoding: 'utf8',
      timeout: 20_000,
      killSignal: 'SIGKILL',
    })
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: expect.stringMatching(/^\S+ cannot be used \(E[A-Z]+\): set WORKBENCH_DATA to a folder/),
    })
  })

  it('outlives SIGINT and receives until its stdin ends, where its runner asks for that', async () => {
    await using workbench = await startWorkbench({ WORKBENCH_STOP_WITH: 'stdin' })
    workbench.child.kill('SIGINT')
    await sendLinkedPair(workbench.url)
    workbench.child.stdin.end()
    expect(await workbench.exited).toBe(0)
    expect(workbench.output()).toContain(`trace ${gatewayTrace}`)
  })

  it('says that it is there and ready', async () => {
    await using workbench = await startWorkbench()
    expect((await fetch(`${workbench.url}/healthz`)).status).toBe(200)
    expect((await fetch(`${workbench.url}/readyz`)).status).toBe(200)
  })
})
