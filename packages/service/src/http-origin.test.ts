import { describe, expect, it } from 'vitest'
import { httpOrigin } from './http-origin.ts'

describe('httpOrigin', () => {
  it.each([
    ['127.0.0.1', 'http://127.0.0.1:8080'],
    ['localhost', 'http://localhost:8080'],
    ['::1', 'http://[::1]:8080'],
    ['0.0.0.0', 'http://127.0.0.1:8080'],
    ['::', 'http://[::1]:8080'],
  ])('is an address a browser opens for a server on %s', (host, origin) => {
    expect(httpOrigin(host, 8080)).toBe(origin)
  })
})
