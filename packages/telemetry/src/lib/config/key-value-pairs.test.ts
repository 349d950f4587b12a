import { describe, expect, it } from 'vitest'
import { attributes, headers } from './key-value-pairs.ts'
import { Refusal } from './kind.ts'
import { Secret } from './secret.ts'

function revealed(raw: unknown) {
  const values = headers.parse(raw)
  if (values instanceof Refusal) return values
  return Object.fromEntries(Object.entries(values).map(([key, secret]) => [key, secret.reveal()]))
}

describe('headers', () => {
  it('reads pairs in the form of W3C Baggage, percent-decoded', () => {
    expect(revealed('authorization=Basic%20dXNlcjpwYXNz==, x-team = a%2Cb%3Bc ,x-empty=,')).toEqual({
      authorization: 'Basic dXNlcjpwYXNz==',
      'x-team': 'a,b;c',
      'x-empty': '',
    })
  })

  it('takes an object in code as it is', () => {
    expect(revealed({ 'x-team': '100%' })).toEqual({ 'x-team': '100%' })
  })

  it('gives every value as a secret', () => {
    expect(headers.parse('a=1')).toEqual({ a: expect.any(Secret) })
  })

  it.each([
    'no-equals-sign',
    '=value',
    'key=half%2',
    'key=%ff',
    'key=value;property=1',
    'two words=value',
    'key=line%0Abreak',
    'key=%C3%A4',
    'k%C3%A4y=value',
  ])('refuses %j by its place, without showing it', (entry) => {
    expect(headers.parse(`a=1,${entry}`)).toEqual(
      new Refusal({ received: 'something else as entry 2', cure: expect.any(String) }),
    )
  })

  it('refuses values in code that are no strings', () => {
    expect([{ a: 1 }, 5].map((raw) => headers.parse(raw) instanceof Refusal)).toEqual([true, true])
  })

  it('takes even __proto__ as a name', () => {
    expect(Object.keys(Object(headers.parse('__proto__=1')))).toEqual(['__proto__'])
  })
})

describe('attributes', () => {
  it('reads pairs as strings, percent-decoded', () => {
    expect(attributes.parse('deployment.environment.name=pre%2Cprod, team=a;b%3D%C3%A4,n=1,')).toEqual({
      'deployment.environment.name': 'pre,prod',
      team: 'a;b=ä',
      n: '1',
    })
  })

  it('takes an object in code as it is', () => {
    expect(attributes.parse({ n: 1, list: ['a'] })).toEqual({ n: 1, list: ['a'] })
    expect(attributes.parse(5)).toBeInstanceOf(Refusal)
  })

  it.each(['no-equals-sign', 'a=b=c', '=value', 'key=half%2'])('refuses %j as a whole', (entry) => {
    expect(attributes.parse(`${entry},a=1`)).toEqual(
      new Refusal({ received: 'something else as entry 1', cure: expect.any(String) }),
    )
  })
})
