import { describe, expect, it, vi } from 'vitest'
import { ClientOrigins } from './client-origins.ts'

describe('ClientOrigins', () => {
  it('works out once what an origin says, whether it is text or a URL', () => {
    const mayPropagate = vi.fn(() => false)
    const origins = new ClientOrigins(mayPropagate)
    const told = origins.of('https://API.test:8443')
    expect(told).toEqual({
      url: 'https://api.test:8443',
      scheme: 'https',
      address: 'api.test',
      port: 8443,
      mayPropagate: false,
    })
    expect(origins.of('https://API.test:8443')).toBe(told)
    expect(origins.of(new URL('http://[::1]/path?x=1'))).toMatchObject({ url: 'http://[::1]', port: 80 })
    expect(mayPropagate).toHaveBeenCalledTimes(2)
  })

  it('says nothing of what is no origin of HTTP', () => {
    const origins = new ClientOrigins(() => true)
    for (const origin of [undefined, '', 'api.test', 'http://[', 'file:///x', 'ws://api.test'])
      expect(origins.of(origin)).toBeUndefined()
    expect(origins.size).toBe(0)
  })

  it('remembers 256 of them, and begins anew behind those', () => {
    const origins = new ClientOrigins(() => true)
    const first = origins.of('http://host-0.test')
    for (let index = 1; index < 256; index++) origins.of(`http://host-${index}.test`)
    expect(origins.size).toBe(256)
    expect(origins.of('http://host-0.test')).toBe(first)
    origins.of('http://host-256.test')
    expect(origins.size).toBe(1)
    expect(origins.of('http://host-0.test')).toEqual(first)
  })
})
