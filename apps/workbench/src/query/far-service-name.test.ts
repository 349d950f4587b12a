import { describe, expect, it } from 'vitest'
import type { KeyValue, Span, SpanLink } from '../model/span.ts'
import { farServiceName } from './far-service-name.ts'

const keyValues = (attributes: Readonly<Record<string, string>>): KeyValue[] =>
  Object.entries(attributes).map(([key, value]) => ({ key, value: { type: 'string', value } }))

/** What is said of the far side by a span and its link. */
function named(
  relation: string | null,
  onSpan: Readonly<Record<string, string>>,
  onLink: Readonly<Record<string, string>> = {},
): string | null {
  const holder: Pick<Span, 'attributes'> = { attributes: keyValues(onSpan) }
  const link: Pick<SpanLink, 'attributes'> = {
    attributes: keyValues({ ...onLink, ...(relation !== null && { 'linked_traces.relation': relation }) }),
  }
  return farServiceName(holder as Span, link as SpanLink)
}

describe('farServiceName', () => {
  it('takes the name of the other side that a link or its span gives, the link’s first', () => {
    expect(named('message', {}, { 'service.name': 'shop' })).toBe('shop')
    expect(named('caller', { 'service.peer.name': 'gateway' })).toBe('gateway')
    expect(named(null, { 'peer.service': 'gateway' })).toBe('gateway')
    expect(named('caller', { 'peer.service': 'proxy' }, { 'peer.service': 'gateway' })).toBe('gateway')
  })

  it('takes a caller’s name from its user agent', () => {
    expect(named('caller', { 'user_agent.original': 'gateway/1.4.0 (linux) undici' })).toBe('gateway')
    expect(named('caller', { 'http.user_agent': 'order-service' })).toBe('order-service')
  })

  it.each([
    'node',
    'Mozilla/5.0 (X11)',
    'curl/8.5.0',
    'python-requests/2.32',
    'grpc-node-js/1.9',
    '(none)',
    '',
  ])('does not take the user agent “%s” for a service', (userAgent) => {
    expect(named('caller', { 'user_agent.original': userAgent })).toBeNull()
  })

  it('takes a callee’s name from the host that was called, but no address', () => {
    expect(named('callee', { 'server.address': 'dice.internal' })).toBe('dice.internal')
    for (const address of ['127.0.0.1', '10.0.0.8', '::1', 'localhost'])
      expect(named('callee', { 'server.address': address })).toBeNull()
  })

  it('takes neither for anybody else', () => {
    const attributes = { 'user_agent.original': 'gateway/1', 'server.address': 'dice' }
    expect(named('message', attributes)).toBeNull()
    expect(named(null, attributes)).toBeNull()
    expect(named('caller', { 'server.address': 'dice' })).toBeNull()
  })
})
