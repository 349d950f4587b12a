import type { AttributeValue, Span } from '../../../src/api/contract.ts'

/**
 * Reads the filter above the waterfall. All its words must hold: `is:error`, `has:link`, `has:event`, `key=value` for an attribute,
 * anything else for a part of a name, service, status message, id, event name or attribute value, whatever the case.
 * `"…"` keeps words together. `null` when there is nothing to filter by.
 */
export function spanFilter(text: string): ((span: Span) => boolean) | null {
  const words = [...text.matchAll(/"([^"]*)"?|\S+/g)]
    .map(([word, quoted]) => (quoted ?? word).toLowerCase())
    .filter((word) => word !== '')
  if (words.length === 0) return null
  const tests = words.map(testOf)
  return (span) => tests.every((test) => test(span))
}

function testOf(word: string): (span: Span) => boolean {
  if (word === 'is:error') return ({ status }) => status.code === 'error'
  if (word === 'has:link') return ({ links, linkedFromCount }) => links.length > 0 || linkedFromCount > 0
  if (word === 'has:event') return ({ events }) => events.length > 0
  const [, key, value] = /^([^=]+)=(.*)$/.exec(word) ?? []
  return (span) =>
    (key !== undefined &&
      value !== undefined &&
      Object.entries(span.attributes).some(
        ([name, attribute]) => name.toLowerCase() === key && attributeText(attribute).toLowerCase() === value,
      )) ||
    textsOf(span).some((text) => text.toLowerCase().includes(word))
}

function textsOf(span: Span): string[] {
  return [
    span.name,
    span.serviceName,
    span.kind,
    span.spanId,
    span.status.message,
    ...span.events.map(({ name }) => name),
    ...Object.values(span.attributes).map(attributeText),
  ]
}

/** An attribute's value as one line of text. */
export function attributeText(value: AttributeValue): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
