import * as conventions from '@opentelemetry/semantic-conventions/incubating'
import { describe, expect, it } from 'vitest'
import {
  isSemanticConvention,
  semanticConventionNames,
  semanticConventionPrefixes,
} from './semantic-convention-names.ts'

const attributes = Object.entries(conventions)
  .filter(([name]) => name.startsWith('ATTR_'))
  .map(([, attribute]) => attribute as string | ((key: string) => string))

describe('semanticConventionNames', () => {
  it('are those of the published conventions', () => {
    const published = attributes.filter((attribute) => typeof attribute === 'string')
    expect([...semanticConventionNames].sort()).toEqual(published.sort())
  })

  it('leave those with a key of the sender to their prefixes', () => {
    const published = attributes.filter((attribute) => typeof attribute === 'function')
    expect(semanticConventionPrefixes).toEqual([...new Set(published.map((name) => name('')))].sort())
  })
})

describe('isSemanticConvention', () => {
  it.each([
    ['http.request.method', true],
    ['http.method', true],
    ['http.request.header.x-request-id', true],
    ['http.request.header.', false],
    ['http.request', false],
    ['app.product.id', false],
    ['', false],
  ])('says of %j: %s', (name, known) => {
    expect(isSemanticConvention(name)).toBe(known)
  })
})
