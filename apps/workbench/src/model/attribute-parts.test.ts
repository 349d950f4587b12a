import { describe, expect, it } from 'vitest'
import { partsOf } from './attribute-parts.ts'

const told = (key: string, value: string) =>
  Object.fromEntries(
    partsOf({ key, value: { type: 'string', value } }).map((part) => [part.key, part.value.value]),
  )

describe('partsOf', () => {
  it.each([
    ['http.target', '/roll?sides=6&x=?', { 'url.path': '/roll', 'url.query': 'sides=6&x=?' }],
    ['http.target', '/roll?', { 'url.path': '/roll' }],
    ['http.target', '/roll', {}],
    ['http.host', 'dice:8081', { 'server.address': 'dice', 'server.port': 8081n }],
    ['http.host', '[::1]:8081', { 'server.address': '[::1]', 'server.port': 8081n }],
    ['http.host', 'dice', {}],
    ['http.url', 'http://dice:8081/roll?a=1', {}],
  ])('takes %s %s apart', (key, value, parts) => {
    expect(told(key, value)).toEqual(parts)
  })

  it('leaves values alone that are no texts', () => {
    expect(partsOf({ key: 'http.target', value: { type: 'int', value: 1n } })).toEqual([])
  })
})
