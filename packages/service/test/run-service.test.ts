import { once } from 'node:events'
import { createServer } from 'node:net'
import { request } from 'undici'
import { describe, expect, it, onTestFinished } from 'vitest'
import { ServiceProcess } from '../src/testing.ts'

const DEADLINE = 20_000

function start(env: Record<string, string> = {}, deadlineMillis = DEADLINE): ServiceProcess {
  const fixture = ['test/fixtures/answers-when-told.ts', String(deadlineMillis)]
  const service = new ServiceProcess(new URL('..', import.meta.url), fixture, env)
  onTestFinished(() => void service.stop('SIGKILL'))
  return service
}

/** A service with one request in flight. */
async function startBusy(deadlineMillis = DEADLINE) {
  const service = start({}, deadlineMillis)
  const url = await service.url()
  const arrived = once(service.child, 'message')
  const answer = request(url).then(({ body }) => body.text())
  await arrived
  return { service, url, answer }
}

/** Waits until the service accepts no more. A health check is no request in flight of the fixture's. */
async function refuses(url: string): Promise<void> {
  await expect
    .poll(() => request(`${url}/healthz`).catch((error) => error.code), { timeout: DEADLINE })
    .toBe('ECONNREFUSED')
}

describe('runService', () => {
  it('says one line at the start, and nothing at the end', async () => {
    const service = start()
    const url = await service.url()
    expect(await service.stop()).toEqual({
      code: 0,
      signal: null,
      stdout: `fixture listens on ${url}\nflushed\n`,
      stderr: '',
    })
  })

  it.each(['SIGTERM', 'SIGINT'] as const)(
    'finishes what is in flight at %s, flushes, and ends with 0',
    async (signal) => {
      const { service, url, answer } = await startBusy()
      service.child.kill(signal)
      await refuses(url)
      service.child.send('go')
      expect(await answer).toBe('finished')
      expect(await service.ended).toEqual({
        code: 0,
        signal: null,
        stdout: `fixture listens on ${url}\nanswered\nflushed\n`,
        stderr: '',
      })
    },
  )

  it('takes the second signal of one Ctrl-C for the first', async () => {
    const { service, url, answer } = await startBusy()
    service.child.kill('SIGINT')
    await refuses(url)
    service.child.kill('SIGINT')
    service.child.send('go')
    expect(await answer).toBe('finished')
    expect(await service.ended).toMatchObject({ code: 0, signal: null })
  })

  it('ends at once, by the signal, when it is told again a second later', async () => {
    const { service, answer } = await startBusy()
    const broken = expect(answer).rejects.toMatchObject({ code: 'UND_ERR_SOCKET' })
    service.child.kill('SIGINT')
    const again = setInterval(() => service.child.kill('SIGINT'), 100)
    onTestFinished(() => clearInterval(again))
    expect(await service.ended).toMatchObject({ code: null, signal: 'SIGINT' })
    await broken
  })

  it('breaks off what is unfinished at its deadline, says so, flushes, and ends with 1', async () => {
    const { service, url, answer } = await startBusy(50)
    const broken = expect(answer).rejects.toMatchObject({ code: 'UND_ERR_SOCKET' })
    expect(await service.stop()).toEqual({
      code: 1,
      signal: null,
      stdout: `fixture listens on ${url}\nanswered\nflushed\n`,
      stderr: 'fixture broke off 1 unfinished request(s) after 50 ms.\n',
    })
    await broken
  })

  it('says what is wrong with its settings, without a stack, and ends with 1', async () => {
    expect(await start({ FIXTURE_PORT: 'eighty', FIXTURE_HOST: '?' }).ended).toEqual({
      code: 1,
      signal: null,
      stdout: '',
      stderr: [
        'FIXTURE_HOST: expected an IP address or a host name, received "?". Leave it unset for 127.0.0.1.\n',
        'FIXTURE_PORT: expected a whole number from 0 to 65535, received "eighty". Leave it unset for 0.\n',
      ].join(''),
    })
  })

  it('says in one sentence that its port is taken, and ends with 1', async () => {
    const taken = createServer().listen(0, '127.0.0.1')
    onTestFinished(() => void taken.close())
    await once(taken, 'listening')
    const bound = taken.address()
    const port = typeof bound === 'object' ? bound?.port : undefined
    expect(await start({ FIXTURE_PORT: String(port) }).ended).toEqual({
      code: 1,
      signal: null,
      stdout: '',
      stderr: `Port ${port} on 127.0.0.1 is taken: end what listens there, or set FIXTURE_PORT to a free port.\n`,
    })
  })
})
