import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { clientAttributes } from './client-attributes.ts'
import { ClientOrigins } from './client-origins.ts'

const origins = new ClientOrigins(() => true)

function read(origin: string, path: string, known = origins.of(origin)) {
  return clientAttributes({ method: 'GET', origin, path, headers: [] }, known)
}

/** Pieces that WHATWG's URL parser has its own ideas about, and plain ones. */
const piece = fc.constantFrom(
  ...['/', '//', '.', '..', '%2e', '%2E.', '%', '%41', 'a', 'Z9', '~', ';v=1', ':', '@', '\\', '|', '^', '"'],
  ...[
    "'",
    '`',
    '?',
    '#',
    '&',
    '=',
    '+',
    '*',
    '-',
    '_',
    '[',
    ']',
    '{',
    '}',
    '<',
    '>',
    '!',
    '$',
    '(',
    ')',
    ',',
  ],
  ...['\u00e9', '\u007f', 'x=1', 'http://b.test/', 'C:', 'C|/'],
)

const origin = fc.constantFrom(
  ...[
    'http://api.test',
    'http://API.test:80',
    'https://api.test',
    'https://api.test:443',
    'https://a.test:8443',
  ],
  ...[
    'http://[::1]:3000',
    'http://0x7f.1',
    'http://b\u00fccher.test',
    'http://user:secret@api.test',
    'http://a.test/b',
  ],
)

describe('clientAttributes', () => {
  it.each([
    ['http://api.test', [], ['user_agent.original']],
    ['other://api.test', ['user-agent', 'node'], ['server.port']],
    ['other://api.test', [], ['server.port', 'user_agent.original']],
  ])(
    'has no attributes for what a request to %s with the headers %j is without',
    (origin, headers, missing) => {
      const request = { method: 'GET', origin, path: '/', headers }
      const attributes = clientAttributes(request, origins.of(origin)) ?? {}
      expect(Object.values(attributes)).not.toContain(undefined)
      const names = Object.keys(attributes)
      for (const name of ['url.full', 'server.port', 'user_agent.original']) {
        expect(names.includes(name), name).toBe(!missing.includes(name))
      }
    },
  )

  it('tells what WHATWG’s URL parser tells', () => {
    fc.assert(
      fc.property(origin, fc.array(piece, { maxLength: 8 }), (from, pieces) => {
        const path = `/${pieces.join('')}`
        const url = URL.canParse(path, from) ? new URL(path, from) : undefined
        if (url?.username) url.username = 'REDACTED'
        if (url?.password) url.password = 'REDACTED'
        const told = read(from, path)
        expect(told).toEqual(
          url && {
            'http.request.method': 'GET',
            'http.request.method_original': 'GET',
            'url.full': url.href,
            'url.path': url.pathname,
            'url.query': url.search,
            'url.scheme': url.protocol.slice(0, -1),
            'server.address': url.hostname,
            'server.port': Number(url.port || { 'http:': 80, 'https:': 443 }[url.protocol]),
          },
        )
        // One shape for all: V8 has a quicker way to what it has seen before.
        expect(Object.keys(told ?? {})).toEqual(Object.keys(read(from, path, undefined) ?? {}))
        expect(told).toEqual(read(from, path, undefined))
      }),
      { numRuns: 10_000 },
    )
  })

  it('tells no value that gives access to something, and no credentials', () => {
    expect(read('http://a.test', '/x?sig=secret&b=1')).toMatchObject({
      'url.full': 'http://a.test/x?sig=REDACTED&b=1',
      'url.query': '?sig=REDACTED&b=1',
    })
    expect(read('http://proxy.test', 'http://me:secret@a.test/x')).toMatchObject({
      'url.full': 'http://REDACTED:REDACTED@a.test/x',
      'server.address': 'a.test',
    })
  })

  it('parses no URL for ordinary requests', () => {
    const known = {
      url: 'http://told.test',
      scheme: 'http',
      address: 'told.test',
      port: 80,
      mayPropagate: true,
    }
    for (const path of [
      '/',
      '/users/7/posts',
      '/a%20b;v=1/~me/@x',
      '/a?',
      "/it's",
      '/search?q=a+b%20c&x[]={1}|2',
    ])
      expect(read('http://parsed.test', path, known)?.['server.address'], path).toBe('told.test')
  })

  it('takes time in proportion to its input', () => {
    expect(read('http://a.test', `/${'a/'.repeat(100_000)}?${'a=b&'.repeat(100_000)}`)).toBeDefined()
    expect(read('http://a.test', `/${'%2'.repeat(100_000)}"`)).toBeDefined()
  })
})
