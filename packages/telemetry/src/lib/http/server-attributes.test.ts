import { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import { MOST_OWNED } from '../spans/owned-attributes.ts'
import { ServerAttributes } from './server-attributes.ts'

interface Parts {
  readonly host?: string | undefined
  readonly userAgent?: string | undefined
  readonly address?: string | undefined
  readonly port?: number | undefined
  readonly forwardedFor?: string
  readonly method?: string
  readonly url?: string
}

const ALL: Parts = { host: 'shop.test:8080', userAgent: 'curl/8.1', address: '10.0.0.7', port: 50_123 }

function attributesOf(parts: Parts) {
  const { host, userAgent, address, port, forwardedFor, method = 'GET', url = '/orders/7' } = parts
  const request = new IncomingMessage({ remoteAddress: address, remotePort: port } as Socket)
  Object.assign(request, { method, url, httpVersion: '1.1' })
  if (host !== undefined) request.headers.host = host
  if (userAgent !== undefined) request.headers['user-agent'] = userAgent
  if (forwardedFor !== undefined) request.headers['x-forwarded-for'] = forwardedFor
  return new ServerAttributes('http').of(request)
}

describe('ServerAttributes', () => {
  it('tells of a request what there is to tell', () => {
    expect(attributesOf(ALL)).toStrictEqual({
      'http.request.method': 'GET',
      'url.scheme': 'http',
      'network.protocol.version': '1.1',
      'server.address': 'shop.test',
      'server.port': 8080,
      'network.peer.address': '10.0.0.7',
      'network.peer.port': 50_123,
      'client.address': '10.0.0.7',
      'user_agent.original': 'curl/8.1',
      'url.path': '/orders/7',
    })
  })

  it('tells no more than what is given away uncounted', () => {
    const all = attributesOf({ ...ALL, method: 'BREW', url: '/orders/7?with=milk' })
    expect(all).toMatchObject({ 'url.query': 'with=milk', 'http.request.method_original': 'BREW' })
    expect(Object.keys(all).length).toBeLessThanOrEqual(MOST_OWNED)
  })

  it.each<[string, Parts, readonly string[]]>([
    ['Host header', { host: undefined }, ['server.address', 'server.port']],
    ['port that can be told', { host: '::1' }, ['server.port', 'url.path']],
    ['agent', { userAgent: undefined }, ['user_agent.original']],
    ['peer', { address: undefined }, ['network.peer.address', 'client.address']],
    ['peer that is a proxy', { address: undefined, forwardedFor: '10.0.0.9' }, ['network.peer.address']],
    ['port of its peer', { port: undefined }, ['network.peer.port']],
    ['path that can be told', { host: 'a b' }, ['url.path']],
  ])('has no attributes for what a request is without: the %s', (_name, parts, missing) => {
    const all = attributesOf(ALL)
    const attributes = attributesOf({ ...ALL, ...parts })
    expect(Object.values(attributes)).not.toContain(undefined)
    const names = Object.keys(attributes)
    for (const name of Object.keys(all)) expect(names.includes(name), name).toBe(!missing.includes(name))
  })
})
