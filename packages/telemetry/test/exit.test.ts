import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestReceiver } from '@linked-traces/otlp-receiver/testing'
import { startTestReceiver } from '@linked-traces/otlp-receiver/testing'
import { describe, expect, it } from 'vitest'
import { runNode, runToEnd, SOURCE } from './run-node.ts'

/** Spans leave at the end or not at all: the schedule is out of the way. */
const exportsTo = (backend: TestReceiver, more: NodeJS.ProcessEnv = {}): { env: NodeJS.ProcessEnv } => {
  return { env: { OTEL_EXPORTER_OTLP_ENDPOINT: backend.url, OTEL_BSP_SCHEDULE_DELAY: '3600000', ...more } }
}
const names = (backend: TestReceiver) => backend.spans().map(({ name }) => name)

const ends = [
  ['its event loop runs empty', 'ends-a-span-then-ends.ts', 0, ''],
  ['it calls process.exit', 'ends-a-span-then-calls-exit.ts', 3, ''],
  ['it throws', 'ends-a-span-then-throws.ts', 1, 'Error: uncaught in the fixture'],
  ['a promise is rejected', 'ends-a-span-then-rejects.ts', 1, 'Error: uncaught in the fixture'],
] as const

// Dozens of processes side by side.
describe('the end of a process', { timeout: 90_000 }, () => {
  it.concurrent.each(ends)('delivers the last span when %s', async (_, fixture, code, error) => {
    await using backend = await startTestReceiver()
    const result = await runToEnd(fixture, exportsTo(backend))
    expect(result).toMatchObject({ code, signal: null, stdout: '' })
    expect(result.stderr).toContain(error)
    if (error === '') expect(result.stderr).toBe('')
    expect(names(backend)).toEqual(['last'])
  })

  it.concurrent.each(ends)('delivers the last span to a slow backend when %s', async (_, fixture, code) => {
    await using backend = await startTestReceiver()
    backend.respondAlwaysWith({ delayMillis: 1500 })
    expect(await runToEnd(fixture, exportsTo(backend))).toMatchObject({ code, signal: null })
    expect(names(backend)).toEqual(['last'])
  })

  it.concurrent.each(ends)(
    'delivers the last span to a backend that is overloaded at first when %s',
    async (_, fixture, code) => {
      await using backend = await startTestReceiver()
      backend.respondWith({ status: 503 }, { status: 429 })
      expect(await runToEnd(fixture, exportsTo(backend))).toMatchObject({ code, signal: null })
      expect(names(backend)).toEqual(['last'])
    },
  )

  it.concurrent('says what the queue had no room for', async () => {
    await using backend = await startTestReceiver()
    const { stderr } = await runToEnd(
      'answers-itself.mjs',
      exportsTo(backend, { OTEL_BSP_MAX_QUEUE_SIZE: '1', OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '1' }),
    )
    expect(stderr).toContain('does not get 1 span: the queue is full.')
    expect(backend.spans()).toHaveLength(1)
  })

  it.concurrent.each(ends)('says what a dead backend did not get when %s', async (_, fixture, code) => {
    await using backend = await startTestReceiver()
    await backend.close()
    const result = await runToEnd(fixture, exportsTo(backend))
    expect(result).toMatchObject({ code, signal: null })
    expect(result.stderr).toContain(
      `linked-traces: OTLP endpoint ${backend.url}/v1/traces did not get 1 span before the end`,
    )
    expect(result.stderr).toContain('refused the connection')
  })

  it.concurrent.each(ends)(
    'says what a backend refused, why, and what to do when %s',
    async (_, fixture, code) => {
      await using backend = await startTestReceiver()
      backend.respondAlwaysWith({
        status: 401,
        headers: { 'content-type': 'application/json' },
        body: '{"message":"who are you"}',
      })
      const result = await runToEnd(fixture, exportsTo(backend))
      expect(result).toMatchObject({ code, signal: null })
      const said = result.stderr.split('\n').filter((line) => line.startsWith('linked-traces:'))
      expect(said).toEqual([
        `linked-traces: OTLP endpoint ${backend.url}/v1/traces answered 401 Unauthorized: who are you; 1 span lost. ` +
          'Check the credentials in OTEL_EXPORTER_OTLP_HEADERS.',
      ])
      expect(backend.requests).toHaveLength(1)
    },
  )

  it.concurrent.each(ends)('says what a backend rejected of a batch when %s', async (_, fixture, code) => {
    await using backend = await startTestReceiver()
    backend.respondAlwaysWith({
      status: 200,
      headers: { 'content-type': 'application/json' },
      body: '{"partialSuccess":{"rejectedSpans":"1","errorMessage":"too old"}}',
    })
    const result = await runToEnd(fixture, exportsTo(backend))
    expect(result).toMatchObject({ code, signal: null })
    expect(result.stderr).toContain('rejected 1 of 1 span: too old.')
  })

  it.concurrent.each(ends)(
    'is not put off for long by an answer without an end when %s',
    async (_, fixture, code) => {
      await using server = await serveEndlessly()
      const result = await runToEnd(fixture, {
        env: { OTEL_EXPORTER_OTLP_ENDPOINT: server.url, OTEL_BSP_SCHEDULE_DELAY: '3600000' },
      })
      expect(result).toMatchObject({ code, signal: null })
      expect(result.stderr).not.toContain('did not get')
    },
  )

  it.concurrent.each(ends)(
    'is put off by a backend that hangs for its deadline only, when %s',
    async (_, fixture, code) => {
      await using backend = await startTestReceiver()
      backend.respondAlwaysWith('hang')
      const result = await runToEnd(fixture, exportsTo(backend))
      expect(result).toMatchObject({ code, signal: null })
      expect(result.stderr).toContain('did not get 1 span before the end')
    },
  )

  it.concurrent.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
    'comes by %s as without telemetry, with the last span delivered',
    async (signal) => {
      await using backend = await startTestReceiver()
      const child = runNode('ends-a-span-then-waits-for-a-signal.ts', exportsTo(backend))
      await child.says('ready')
      child.kill(signal)
      expect(await child.ended).toMatchObject({ code: null, signal, stderr: '' })
      expect(names(backend)).toEqual(['last'])
    },
  )

  it.concurrent('comes by the signal when the backend hangs, and says what it did not get', async () => {
    await using backend = await startTestReceiver()
    backend.respondAlwaysWith('hang')
    const child = runNode('ends-a-span-then-waits-for-a-signal.ts', exportsTo(backend))
    await child.says('ready')
    child.kill('SIGTERM')
    const result = await child.ended
    expect(result).toMatchObject({ code: null, signal: 'SIGTERM' })
    expect(result.stderr).toContain('did not get 1 span before the end')
  })

  it.concurrent('comes by the signal with what ended while that was put off', async () => {
    await using backend = await startTestReceiver()
    backend.respondAlwaysWith({ delayMillis: 500 })
    const child = runNode('ends-a-span-at-a-signal-and-goes-on.ts', exportsTo(backend))
    await child.says('ready')
    child.kill('SIGTERM')
    await backend.waitForRequests(1)
    // The second one finds no listener but ours, which is waiting for the answer.
    child.kill('SIGUSR2')
    expect(await child.ended).toMatchObject({ code: null, signal: 'SIGTERM', stderr: '' })
    expect(names(backend)).toEqual(['first', 'second'])
  })

  it.concurrent.each(['otlp', 'none'])(
    "comes after the application's own span processors were flushed, once, with exporters %s",
    async (exporters) => {
      await using backend = await startTestReceiver()
      const options = { ...exportsTo(backend), flags: [SOURCE], args: [exporters] }
      const result = await runToEnd('has-a-processor-of-its-own.ts', options)
      expect(result).toEqual({ code: 0, signal: null, stdout: 'ready\nflushed 1\n', stderr: '' })
      const waiting = runNode('has-a-processor-of-its-own.ts', { ...options, args: [exporters, 'wait'] })
      await waiting.says('ready')
      waiting.kill('SIGTERM')
      expect(await waiting.ended).toMatchObject({
        signal: 'SIGTERM',
        stdout: 'ready\nflushed 1\n',
        stderr: '',
      })
    },
  )

  it.concurrent.each([
    ['exit', 3],
    ['throw', 1],
  ])(
    "comes after the application's own span processors did what they do without waiting (%s)",
    async (how, code) => {
      await using backend = await startTestReceiver()
      const result = await runToEnd('has-a-processor-that-writes-at-once.ts', {
        ...exportsTo(backend),
        flags: [SOURCE],
        args: [how],
      })
      expect(result).toMatchObject({ code, stdout: 'wrote last\n' })
      expect(names(backend)).toEqual(['last'])
    },
  )

  it.concurrent('waits for a slow backend although the signal is repeated, as runners do', async () => {
    await using backend = await startTestReceiver()
    backend.respondAlwaysWith({ delayMillis: 1500 })
    const child = runNode('ends-a-span-then-waits-for-a-signal.ts', exportsTo(backend))
    await child.says('ready')
    child.kill('SIGINT')
    // The first signal has arrived once it makes the child export.
    await backend.waitForRequests(1)
    child.kill('SIGINT')
    expect(await child.ended).toMatchObject({ code: null, signal: 'SIGINT', stderr: '' })
    expect(names(backend)).toEqual(['last'])
  })

  it.concurrent.each([
    ['SIGTERM', 'drain'],
    ['SIGTERM', 'exit'],
    ['SIGINT', 'drain'],
    ['SIGINT', 'exit'],
  ] as const)(
    'is left to an application with a listener of its own for %s (%s): its request in flight is answered and delivered',
    async (signal, atTheEnd) => {
      await using backend = await startTestReceiver()
      const child = runNode('closes-its-server-on-a-signal.ts', exportsTo(backend, { AT_THE_END: atTheEnd }))
      await child.says('port ')
      const response = fetch(`http://127.0.0.1:${child.stdout().match(/port (\d+)/)?.[1]}/slow`)
      await child.says('in flight')
      child.kill(signal)
      expect((await response).status).toBe(200)
      expect(await child.ended).toMatchObject({ code: 0, signal: null, stderr: '' })
      expect(child.stdout()).toContain('0 other listeners')
      expect(names(backend)).toEqual(['GET'])
    },
  )

  it.concurrent.each([
    ['slow', 'drain'],
    ['slow', 'exit'],
    ['dead', 'drain'],
    ['dead', 'exit'],
  ] as const)(
    'is left to an application with a listener of its own: its request in flight is answered with a %s backend (%s)',
    async (state, atTheEnd) => {
      await using backend = await startTestReceiver()
      if (state === 'dead') await backend.close()
      else backend.respondAlwaysWith({ delayMillis: 1500 })
      const child = runNode('closes-its-server-on-a-signal.ts', exportsTo(backend, { AT_THE_END: atTheEnd }))
      await child.says('port ')
      const response = fetch(`http://127.0.0.1:${child.stdout().match(/port (\d+)/)?.[1]}/slow`)
      await child.says('in flight')
      child.kill('SIGINT')
      expect((await response).status).toBe(200)
      const { stderr, ...end } = await child.ended
      expect(end).toMatchObject({ code: 0, signal: null })
      expect(names(backend)).toEqual(state === 'slow' ? ['GET'] : [])
      if (state === 'slow') expect(stderr).toBe('')
      else expect(stderr).toContain('did not get 1 span before the end')
    },
  )

  it.concurrent.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
    'comes by %s when a slow backend has answered',
    async (signal) => {
      await using backend = await startTestReceiver()
      backend.respondAlwaysWith({ delayMillis: 1500 })
      const child = runNode('ends-a-span-then-waits-for-a-signal.ts', exportsTo(backend))
      await child.says('ready')
      child.kill(signal)
      expect(await child.ended).toMatchObject({ code: null, signal, stderr: '' })
      expect(names(backend)).toEqual(['last'])
    },
  )

  it.concurrent.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
    'comes by %s when the backend is dead, soon, and says what it did not get',
    async (signal) => {
      await using backend = await startTestReceiver()
      await backend.close()
      const child = runNode('ends-a-span-then-waits-for-a-signal.ts', exportsTo(backend))
      await child.says('ready')
      child.kill(signal)
      const result = await child.ended
      expect(result).toMatchObject({ code: null, signal })
      expect(result.stderr).toContain('did not get 1 span before the end')
    },
  )

  it.concurrent.each([
    ['abort', null, 'SIGABRT'],
    ['kill', null, 'SIGKILL'],
    ['terminate', 0, null],
  ])('loses what is in memory when there is no time for anything: %s', async (how, code, signal) => {
    await using backend = await startTestReceiver()
    const result = await runToEnd('dies-with-a-span-in-its-queue.ts', exportsTo(backend, { HOW: how }))
    expect(result).toMatchObject({ code, signal })
    expect(names(backend)).toEqual([])
  })

  it.concurrent('is not put off by an export under way that may take for ever, but for the deadline', async () => {
    await using backend = await startTestReceiver()
    backend.respondAlwaysWith('hang')
    const unlimited = {
      OTEL_BSP_SCHEDULE_DELAY: '0',
      OTEL_EXPORTER_OTLP_TIMEOUT: '0',
      OTEL_BSP_EXPORT_TIMEOUT: '0',
    }
    const child = runNode('ends-on-sigusr2.ts', exportsTo(backend, unlimited))
    await backend.waitForRequests(1)
    child.kill('SIGUSR2')
    const result = await child.ended
    expect(result).toMatchObject({ code: 0, signal: null })
    expect(result.stderr).toContain('did not get 1 span before the end')
  })

  const children = [
    ['a worker thread', 'ends-a-span-in-a-worker-thread.ts', {}],
    ['a worker thread that calls process.exit', 'ends-a-span-in-a-worker-thread.ts', { AT_THE_END: 'exit' }],
    ['a child of a cluster', 'ends-a-span-in-a-cluster-child.ts', {}],
  ] as const

  it.concurrent.each(children)('delivers the last span of %s', async (_, fixture, more) => {
    await using backend = await startTestReceiver()
    expect(await runToEnd(fixture, exportsTo(backend, more))).toMatchObject({
      code: 0,
      signal: null,
      stderr: '',
    })
    expect(names(backend)).toEqual(['last'])
  })

  it.concurrent.each(children)('delivers the last span of %s to a slow backend', async (_, fixture, more) => {
    await using backend = await startTestReceiver()
    backend.respondAlwaysWith({ delayMillis: 1500 })
    expect(await runToEnd(fixture, exportsTo(backend, more))).toMatchObject({ code: 0, stderr: '' })
    expect(names(backend)).toEqual(['last'])
  })

  it.concurrent.each(children)('says what a dead backend did not get of %s', async (_, fixture, more) => {
    await using backend = await startTestReceiver()
    await backend.close()
    const result = await runToEnd(fixture, exportsTo(backend, more))
    expect(result).toMatchObject({ code: 0, signal: null })
    expect(result.stderr).toContain('did not get 1 span before the end')
  })
})

/** Answers 200 at once, and never comes to the end of it. */
async function serveEndlessly() {
  const server = createServer((request, response) => {
    request.resume()
    response.writeHead(200, { 'content-type': 'application/json' })
    const trickle = setInterval(() => response.write(' '), 50)
    response.once('close', () => clearInterval(trickle))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
