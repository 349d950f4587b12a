import { describe, expect, it } from 'vitest'
import { compilePaths, normalPath, parsePathPattern } from './path-pattern.ts'

describe('compilePaths', () => {
  it.each([
    ['/hooks', '/hooks', true],
    ['/hooks', '/hooks?id=/x', true],
    ['/hooks', '/hooks#top', true],
    ['/hooks', '/hooks/', true],
    ['/hooks', '/hooks//?x', true],
    ['/hooks/', '/hooks', true],
    ['/hooks', '/hookshop', false],
    ['/hooks', '/Hooks', true],
    ['/Hooks', '/hooks', true],
    ['/hooks', '/%68oo%6Bs', true],
    ['/%68ooks', '/hooks', true],
    ['/hooks', '/%2568ooks', false],
    ['/hooks', '//hooks', false],
    ['/a/b', '/a///b', true],
    ['/a/b', '/a%2Fb', false],
    ['/a%2Fb', '/a%2fb', true],
    ['/%7Euser', '/~user', true],
    ['/a%20b', '/A%20b', true],
    ['/a%', '/a%', true],
    ['/hooks', '/?/hooks', false],
    ['/hooks/*', '/hooks/', true],
    ['/hooks/*', '/hooks/a/b?c', true],
    ['/hooks/*', '/hooks', true],
    ['/hooks/*', '/HOOKS//x', true],
    ['/hooks/*', '/hookshop', false],
    ['/hooks*', '/hooks', true],
    ['/hooks*', '/hookshop', true],
    ['/*', '/', true],
    ['/*', '/anything?at=all', true],
    ['/*', '*', true],
    ['/', '*', false],
    ['/hooks', '/./hooks', false],
    ['/hooks', '/a/..%2fhooks', false],
    ['/*', '/a/../hooks', false],
    ['/.well-known/*', '/.well-known/x', true],
    ['/...', '/...', true],
    ['/hooks', 'http://api.test/hooks', true],
    ['/hooks', 'HTTPS://api.test:8443/hooks?x=1', true],
    ['/', 'http://api.test', true],
    ['/', 'http://api.test?x=/hooks', true],
  ])('%s, asked about %s, says %s', (pattern, target, matches) => {
    expect(compilePaths([pattern])(target)).toBe(matches)
  })

  it('says yes when any of its patterns does', () => {
    const isMeant = compilePaths(['/healthz', '/internal/*'])
    expect(['/healthz', '/internal/x', '/other'].map(isMeant)).toEqual([true, true, false])
  })

  it('refuses what is no pattern', () => {
    expect(() => compilePaths(['hooks'])).toThrow(new TypeError('Not a path pattern: "hooks"'))
  })
})

describe('parsePathPattern', () => {
  it.each([
    '',
    '*',
    'hooks',
    '/a*b',
    '/a/**',
    '/a?b=c',
    '/a#b',
    '/a b',
    '/a/../b',
    '/./a',
    '/a/%2E',
    '/a\\b',
  ])('refuses %j', (pattern) => {
    expect(parsePathPattern(pattern)).toBeUndefined()
  })
})

describe('normalPath', () => {
  it.each([
    ['/', '/'],
    ['', '/'],
    ['?a', '/'],
    ['*', '/*'],
    ['/plain/path-1.txt?Q=%41', '/plain/path-1.txt'],
    ['HTTP://Host/A//%62/', '/a/b'],
    ['http://host?x', '/'],
    ['/a:b/@c', '/a:b/@c'],
    ['/a/b..c/..d', '/a/b..c/..d'],
  ])('takes %s for %s', (target, path) => {
    expect(normalPath(target)).toBe(path)
  })

  it.each([
    '/a/../hooks',
    '/a/..',
    '/./hooks',
    '/%2e%2E/hooks',
    '/.%2e',
    '/hooks\\x#',
    '//host/hooks',
    'http://host//hooks',
    '/ho\toks',
    'http://host\\hooks',
    'http://host/../hooks',
  ])('does not say what %s is', (target) => {
    expect(normalPath(target)).toBeUndefined()
  })
})
