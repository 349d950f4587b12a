import { describe, expect, it } from 'vitest'
import type { Attributes } from '../api/contract.ts'
import type { SpanKind } from '../model/stored-span.ts'
import { derivedAttributes } from './derived-attributes.ts'

const derived = (sent: Attributes, kind: SpanKind = 'server') =>
  Object.fromEntries(derivedAttributes(sent, kind).map(({ key, value }) => [key, value]))

describe('derivedAttributes', () => {
  it('derives the newer names of a server span from the older', () => {
    expect(
      derived({
        'http.method': 'GET',
        'http.status_code': 200,
        'http.target': '/roll?sides=6&x=?',
        'http.flavor': '2.0',
        'http.host': '[::1]:8081',
        'net.peer.port': 50_000,
      }),
    ).toEqual({
      'http.request.method': 'GET',
      'http.response.status_code': 200,
      'url.path': '/roll',
      'url.query': 'sides=6&x=?',
      'network.protocol.version': '2',
      'server.address': '[::1]',
      'server.port': 8081,
      'client.port': 50_000,
      'network.peer.port': 50_000,
    })
  })

  it('derives the older names of a client span from the newer', () => {
    expect(
      derived(
        {
          'http.request.method': 'GET',
          'url.path': '/roll',
          'url.query': '',
          'network.protocol.version': '1.1',
          'server.address': 'dice',
          'server.port': 8081,
        },
        'client',
      ),
    ).toMatchObject({
      'http.method': 'GET',
      'http.target': '/roll',
      'http.flavor': '1.1',
      'http.host': 'dice:8081',
      'net.peer.name': 'dice',
      'net.peer.port': 8081,
    })
  })

  it('takes a port of the peer for the server’s on client spans only', () => {
    expect(derived({ 'net.peer.port': 8081 }, 'client')).toEqual({ 'server.port': 8081 })
    expect(derived({ 'net.peer.port': 8081 }, 'internal')).toEqual({})
  })

  it('leaves what was sent alone, and derives nothing from what is derived', () => {
    expect(derived({ 'http.method': 'GET', 'http.request.method': '_OTHER' })).toEqual({})
    expect(derived({ 'http.server_name': 'dice' })).toEqual({ 'server.address': 'dice' })
  })

  it('names what each was derived from', () => {
    expect(derivedAttributes({ 'url.path': '/roll', 'url.query': 'a=1' }, 'server')).toEqual([
      { key: 'http.target', value: '/roll?a=1', from: ['url.path', 'url.query'] },
    ])
  })

  it('is not led astray by names that every object has', () => {
    expect(derived(JSON.parse('{"__proto__": "x", "constructor": "y"}') as Attributes)).toEqual({})
  })
})
