import { describe, expect, it } from 'vitest'
import { appendTracesPath, httpUrl } from './http-url.ts'
import { Refusal } from './kind.ts'

describe('httpUrl', () => {
  it('takes http and https URLs', () => {
    expect(httpUrl.parse('HTTP://collector:4318/base')).toEqual(new URL('http://collector:4318/base'))
    expect(httpUrl.parse('https://[::1]:4318')).toEqual(new URL('https://[::1]:4318'))
  })

  it.each([
    'collector:4318',
    '127.0.0.1',
    'ftp://collector',
    'http:/collector',
    'http:///x',
    'http://a b',
    'http://h:99999',
    42,
  ])('refuses %j', (raw) => {
    expect(httpUrl.parse(raw)).toEqual(new Refusal({ cure: expect.stringContaining('the whole URL') }))
  })

  it.each(['https://user:pass@collector', 'https://key@collector'])(
    'refuses the credentials of %s',
    (raw) => {
      expect(httpUrl.parse(raw)).toEqual(
        new Refusal({
          expected: 'a URL without credentials in it',
          cure: expect.stringContaining('OTEL_EXPORTER_OTLP_HEADERS'),
        }),
      )
    },
  )
})

describe('appendTracesPath', () => {
  it.each([
    ['http://collector:4318', 'http://collector:4318/v1/traces'],
    ['http://collector:4318/', 'http://collector:4318/v1/traces'],
    ['http://collector:4318/mycollector/', 'http://collector:4318/mycollector/v1/traces'],
    ['http://collector:4318/mycollector', 'http://collector:4318/mycollector/v1/traces'],
    ['https://collector?tenant=1', 'https://collector/v1/traces?tenant=1'],
  ])('turns %s into %s', (base, url) => {
    expect(appendTracesPath(new URL(base)).href).toBe(url)
  })
})
