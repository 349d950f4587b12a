import type { Attributes, AttributeValue } from '@opentelemetry/api'
import type { ReadableSpan } from '@opentelemetry/sdk-trace'

/** Of a span without attributes, events and links; and of each of these without what is in it. In bytes of memory. */
const SPAN = 600
const PART = 100
const ATTRIBUTE = 40

/** About how many bytes of memory a span takes: cheap, and right within a factor of two or so. */
export function spanSize({ name, attributes, events, links, status }: ReadableSpan): number {
  let bytes = SPAN + name.length + (status.message?.length ?? 0) + attributesSize(attributes)
  for (const event of events) bytes += PART + event.name.length + attributesSize(event.attributes)
  for (const link of links) bytes += PART + attributesSize(link.attributes)
  return bytes
}

function attributesSize(attributes: Attributes = {}): number {
  let bytes = 0
  for (const key in attributes) {
    const value = attributes[key]
    bytes += ATTRIBUTE + key.length
    // Strings in Latin-1 take a byte per character, which most are.
    if (typeof value === 'string') bytes += value.length
    else if (typeof value === 'object') bytes += listSize(value)
  }
  return bytes
}

function listSize(value: AttributeValue): number {
  if (!Array.isArray(value)) return 0
  return value.reduce<number>((bytes, item) => bytes + 8 + (typeof item === 'string' ? item.length : 0), 0)
}
