import { describe, expect, it } from 'vitest'
import { requestGuard } from './request-guard.ts'

const guard = (headers: { host?: string; origin?: string }, listenHost = '127.0.0.1') =>
  requestGuard(listenHost)({ headers })

describe('requestGuard', () => {
  it.each(['localhost:4318', '127.0.0.1:4318', '[::1]:4318', '192.168.1.7:80', 'LOCALHOST'])(
    'welcomes the host %s',
    (host) => {
      expect(() => guard({ host })).not.toThrow()
    },
  )

  it.each([
    'evil.example:4318',
    'localhost.evil.example',
    '127.0.0.1.nip.io',
    'localhost@evil.example',
    'evil.example#localhost',
    '',
  ])('refuses the host %j', (host) => {
    expect(() => guard({ host })).toThrow(expect.objectContaining({ status: 403, code: 'host_not_allowed' }))
  })

  it('refuses a request without a host', () => {
    expect(() => guard({})).toThrow(expect.objectContaining({ code: 'host_not_allowed' }))
  })

  it('welcomes the name it was told to listen on', () => {
    expect(() => guard({ host: 'dev.box:4318' }, 'Dev.Box')).not.toThrow()
  })

  it('welcomes its own page', () => {
    expect(() => guard({ host: '127.0.0.1:4318', origin: 'http://127.0.0.1:4318' })).not.toThrow()
  })

  it.each([
    'http://evil.example',
    'http://127.0.0.1:3000',
    'http://localhost:4318',
    'https://127.0.0.1:4318',
    'null',
  ])('refuses pages of %s', (origin) => {
    expect(() => guard({ host: '127.0.0.1:4318', origin })).toThrow(
      expect.objectContaining({ status: 403, code: 'origin_not_allowed' }),
    )
  })
})
