import { Agent } from 'node:https'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseHostPattern } from './host-pattern.ts'
import { compilePropagateTo, targetOfOptions, targetOfOrigin } from './propagate-to.ts'

/** Whether context may go to a URL. */
function allows(patterns: readonly string[] | undefined, url: string) {
  return compilePropagateTo(patterns)(() => targetOfOrigin(url, '/'))
}

describe('parseHostPattern', () => {
  it.each([
    'api.example.com',
    'localhost',
    'API.Example.COM.',
    '*.example.com',
    '*.example.com:8443',
    'bücher.example',
    'under_score.internal',
    '127.0.0.1:80',
    '[::1]',
    '[::1]:8080',
  ])('reads %s', (text) => {
    expect(parseHostPattern(text)).toBeDefined()
  })

  it.each([
    '',
    '*',
    '*.',
    '.',
    'a.*.example.com',
    '*example.com',
    'https://example.com',
    'example.com/path',
    'user@example.com',
    'exa mple.com',
    'example.com:',
    'example.com:0',
    'example.com:65536',
    'example.com:http',
    '::1',
    '[::1',
    '[localhost]',
    '*.127.0.0.1',
    '*.[::1]',
    'a%2eb',
    '999.999.999.999',
  ])('refuses %j', (text) => {
    expect(parseHostPattern(text)).toBeUndefined()
  })
})

describe('compilePropagateTo', () => {
  it('allows everything where nothing is said, and nothing where nobody is named', () => {
    expect(allows(undefined, 'http://anywhere.example')).toBe(true)
    expect(allows([], 'http://anywhere.example')).toBe(false)
  })

  it.each([
    ['api.example.com', 'https://api.example.com/'],
    ['api.example.com', 'http://API.EXAMPLE.COM.:8080/'],
    ['API.example.com.', 'https://api.example.com/'],
    ['*.example.com', 'https://a.b.example.com/'],
    ['*.Example.Com', 'https://a.example.com./'],
    ['api.example.com:443', 'https://api.example.com/'],
    ['api.example.com:80', 'http://api.example.com/'],
    ['*.example.com:8443', 'https://a.example.com:8443/'],
    ['bücher.example', 'https://xn--bcher-kva.example/'],
    ['xn--bcher-kva.example', 'https://BÜCHER.example/'],
    ['*.bücher.example', 'https://a.bücher.example/'],
    ['127.0.0.1', 'http://127.0.0.1:3000/'],
    ['127.0.0.1', 'http://0x7f.1/'],
    ['[::1]', 'http://[::1]:3000/'],
    ['[::1]:3000', 'http://[0:0:0:0:0:0:0:1]:3000/'],
    ['under_score.internal', 'http://under_score.internal/'],
  ])('allows by %s a request to %s', (pattern, url) => {
    expect(allows([pattern], url)).toBe(true)
    expect(allows(['other.example', pattern], url)).toBe(true)
  })

  it.each([
    ['api.example.com', 'https://evil-api.example.com/'],
    ['api.example.com', 'https://api.example.com.evil.example/'],
    ['api.example.com', 'https://example.com/'],
    ['*.example.com', 'https://example.com/'],
    ['*.example.com', 'https://evilexample.com/'],
    ['*.example.com', 'https://a.example.com.evil.example/'],
    ['*.example.com', 'https://.example.com/'],
    ['api.example.com:443', 'http://api.example.com/'],
    ['api.example.com:8443', 'https://api.example.com/'],
    ['[::1]', 'http://[::2]/'],
    ['127.0.0.1', 'http://127.0.0.1.evil.example/'],
    ['127.0.0.1', 'http://localhost/'],
    ['api.example.com', 'https://api.example.com@evil.example/'],
  ])('does not allow by %s a request to %s', (pattern, url) => {
    expect(allows([pattern], url)).toBe(false)
  })

  it('allows nothing of which it cannot tell where it goes', () => {
    const mayPropagate = compilePropagateTo(['*.example.com'])
    expect(mayPropagate(() => undefined)).toBe(false)
    for (const host of [
      'a.example.com/.evil',
      'a b.example.com',
      'evil@a.example.com',
      'a%2eexample.com',
      '',
    ]) {
      expect(mayPropagate(() => ({ host, port: 80 }))).toBe(false)
    }
  })

  it('is the same for a host whatever its case and the dot at its end', () => {
    const label = fc.stringMatching(/^[a-z]([a-z\d-]{0,8}[a-z\d])?$/)
    const host = fc.array(label, { minLength: 1, maxLength: 4 }).map((labels) => labels.join('.'))
    fc.assert(
      fc.property(host, host, fc.boolean(), (pattern, asked, wildcard) => {
        const text = wildcard ? `*.${pattern}` : pattern
        const expected = wildcard ? asked.endsWith(`.${pattern}`) : asked === pattern
        for (const spelling of [asked, asked.toUpperCase(), `${asked}.`]) {
          const target = { host: spelling, port: 80 }
          expect(compilePropagateTo([text])(() => target)).toBe(expected)
          expect(compilePropagateTo([`${text}.`.toUpperCase()])(() => target)).toBe(expected)
        }
      }),
      { seed: 20261122, numRuns: 1000 },
    )
  })

  it('refuses what is no pattern', () => {
    expect(() => compilePropagateTo(['https://a.example'])).toThrow('Not a host pattern: "https://a.example"')
  })
})

describe('targetOfOptions', () => {
  it.each([
    [{}, { host: 'localhost', port: 80 }],
    [
      { protocol: 'https:', host: 'a.example' },
      { host: 'a.example', port: 443 },
    ],
    [
      { host: 'ignored.example', hostname: 'a.example', port: '8080' },
      { host: 'a.example', port: 8080 },
    ],
    [
      { host: 'a.example', agent: new Agent() },
      { host: 'a.example', port: 443 },
    ],
    [
      { host: 'a.example', defaultPort: 8080, agent: new Agent() },
      { host: 'a.example', port: 8080 },
    ],
    [
      { host: 'proxy.example', path: 'http://a.example:81/x' },
      { host: 'a.example', port: 81 },
    ],
    [
      { host: 'a.example', path: '//b.example/x' },
      { host: 'a.example', port: 80 },
    ],
  ])('tells where a request with %j goes', (options, target) => {
    expect(targetOfOptions(options)).toEqual(target)
  })
})

describe('targetOfOrigin', () => {
  it.each([
    ['https://a.example', '/x', { host: 'a.example', port: 443 }],
    [new URL('http://a.example:81'), '/x', { host: 'a.example', port: 81 }],
    ['http://a.example', '//b.example/x', { host: 'a.example', port: 80 }],
    ['http://proxy.example', 'http://a.example:81/x', { host: 'a.example', port: 81 }],
    [undefined, '/x', undefined],
    ['garbage', '/x', undefined],
  ])('tells where a request to %s for %s goes', (origin, path, target) => {
    expect(targetOfOrigin(origin, path)).toEqual(target)
  })
})
