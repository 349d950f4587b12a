import { describe, expect, it } from 'vitest'
import { filterSuggestions } from './filter-suggestions.ts'

const known = {
  services: [
    'dice',
    'gateway',
    'a "quoted" one',
    ...Array.from({ length: 1_000 }, (_, index) => `service-${index}`),
  ],
  operations: ['GET /roll', 'POST /roll', 'roll'],
}
const labels = (text: string, caret = text.length) =>
  filterSuggestions(text, caret, known).map(({ label }) => label)
const accepted = (text: string, label: string) => {
  const suggestion = filterSuggestions(text, text.length, known).find((each) => each.label === label)
  return suggestion && text.slice(0, suggestion.start) + suggestion.text + text.slice(suggestion.end)
}

describe('filterSuggestions', () => {
  it('names the terms there are', () => {
    expect(labels('')).toContain('service=')
    expect(labels('service=dice dur')).toEqual(['duration>=', 'duration<='])
    expect(labels('xyz')).toEqual([])
  })

  it('names values, those that begin with what was written first', () => {
    expect(labels('operation=roll')).toEqual(['GET /roll', 'POST /roll'])
    expect(labels('operation="GET ')).toEqual(['GET /roll'])
    expect(labels('kind:c')).toEqual(['client', 'consumer', 'producer'])
    expect(labels('has:')).toEqual(['link'])
    expect(labels('service=g')[0]).toBe('gateway')
  })

  it('names no more than fit, of a thousand services', () => {
    expect(labels('service=')).toHaveLength(12)
    expect(labels('service=service-99')).toEqual([
      'service-990',
      'service-991',
      'service-992',
      'service-993',
      'service-994',
      'service-995',
      'service-996',
      'service-997',
      'service-998',
      'service-999',
    ])
  })

  it('completes the term at the caret, with quotes where its value needs them', () => {
    expect(accepted('status=error operation=get', 'GET /roll')).toBe('status=error operation="GET /roll"')
    expect(accepted('service=a', 'a "quoted" one')).toBe('service="a \\"quoted\\" one"')
    expect(labels('serv status=error', 4)).toEqual(['service='])
  })
})
