import { describe, expect, it } from 'vitest'
import { attributeConditions, valuesOfText } from './attribute-condition.ts'

describe('valuesOfText', () => {
  it.each([
    ['GET', ['string GET']],
    ['true', ['string true', 'bool true']],
    ['200', ['string 200', 'int 200', 'double 200']],
    [
      '9223372036854775807',
      ['string 9223372036854775807', 'int 9223372036854775807', 'double 9223372036854775807'],
    ],
    ['9223372036854775808', ['string 9223372036854775808', 'double 9223372036854775808']],
    ['1.50', ['string 1.50', 'double 1.5']],
    ['NaN', ['string NaN', 'double NaN']],
    ['1.', ['string 1.']],
    ['', ['string ']],
  ])('takes %j for %j', (text, values) => {
    const asText = valuesOfText(text).map(({ type, value }) =>
      type === 'double' && value > 2 ** 53
        ? `${type} ${BigInt(value) === 2n ** 63n ? text : value}`
        : `${type} ${value}`,
    )
    expect(asText).toEqual(values)
  })
})

describe('attributeConditions', () => {
  const told = (key: string, text: string) =>
    attributeConditions(key, text).map(({ keys, values }) => ({
      keys,
      texts: [...new Set(values.map(({ value }) => String(value)))],
    }))

  it('looks for an attribute under its own name alone when it was never renamed', () => {
    expect(told('app.product.id', '7')).toEqual([{ keys: ['app.product.id'], texts: ['7'] }])
  })

  it('looks for older and newer names alike', () => {
    expect(told('http.method', 'GET')).toEqual([
      { keys: ['http.method', 'http.request.method'], texts: ['GET'] },
    ])
    expect(told('http.request.method', 'GET')).toEqual([
      { keys: ['http.request.method', 'http.method'], texts: ['GET'] },
    ])
  })

  it('looks for the values that changed with the name', () => {
    expect(told('http.flavor', '2.0')).toEqual([
      { keys: ['http.flavor', 'network.protocol.version'], texts: ['2.0', '2'] },
    ])
  })

  it('looks for parts also in what holds several of them', () => {
    expect(attributeConditions('url.query', 'a=1')).toEqual([
      { keys: ['url.query'], values: valuesOfText('a=1'), partKey: 'url.query' },
    ])
    expect(attributeConditions('url.path', '/roll')).toMatchObject([
      { keys: ['url.path', 'http.target'], partKey: 'url.path' },
    ])
    expect(attributeConditions('url.scheme', 'http')[0]).not.toHaveProperty('partKey')
  })

  it('looks for all parts of what was split', () => {
    expect(told('http.target', '/roll?a=1')).toEqual([
      { keys: ['http.target', 'url.path'], texts: ['/roll?a=1', '/roll'] },
      { keys: ['http.target', 'url.query'], texts: ['/roll?a=1', 'a=1'] },
    ])
  })
})
