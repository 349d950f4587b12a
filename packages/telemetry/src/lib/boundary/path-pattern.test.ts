import { describe, expect, it } from 'vitest'
import { compilePaths, parsePathPattern, requestPath } from './path-pattern.ts'

describe('compilePaths', () => {
  it.each([
    ['/hooks', '/hooks', true],
    ['/hooks', '/hooks?id=/x', true],
    ['/hooks', '/hooks#top', true],
    ['/hooks', '/hooks/', false],
    ['/hooks', '/hookshop', false],
    ['/hooks', '/Hooks', false],
    ['/hooks', '/%68ooks', false],
    ['/hooks', '/?/hooks', false],
    ['/hooks/*', '/hooks/', true],
    ['/hooks/*', '/hooks/a/b?c', true],
    ['/hooks/*', '/hooks', false],
    ['/hooks*', '/hooks', true],
    ['/hooks*', '/hookshop', true],
    ['/*', '/', true],
    ['/*', '/anything?at=all', true],
    ['/*', '*', false],
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
  it.each(['', '*', 'hooks', '/a*b', '/a/**', '/a?b=c', '/a#b', '/a b'])('refuses %j', (pattern) => {
    expect(parsePathPattern(pattern)).toBeUndefined()
  })
})

describe('requestPath', () => {
  it('leaves targets that have no path as they are', () => {
    expect(['*', ''].map(requestPath)).toEqual(['*', '/'])
  })
})
