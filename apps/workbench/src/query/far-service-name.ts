import type { KeyValue, Span, SpanLink } from '../model/span.ts'
import { linkRelation } from '../model/stored-span.ts'

/** Attributes that name the service on the other side, in the conventions' newer and older form. */
const peerNames = ['service.peer.name', 'peer.service']

/** Products that name an HTTP library, a browser or a tool: whose it is remains unsaid. */
const anonymousProducts =
  /^(?:mozilla|node|node-fetch|undici|axios|got|superagent|bun|deno|curl|wget|httpie|postmanruntime|insomnia|python.*|aiohttp|go-http-client|java|okhttp|apache-httpclient|jersey|ruby|faraday|guzzlehttp|php|dart|grpc-.*|otel.*|kube-probe)$/i

/**
 * The service that a link's target belongs to, as far as the link or the span that holds it say. A caller names itself in the user
 * agent (`gateway/1.4`), a callee is named by the host that was called.
 */
export function farServiceName(holder: Span, link: SpanLink): string | null {
  const said = textOf(link.attributes, [...peerNames, 'service.name']) ?? textOf(holder.attributes, peerNames)
  if (said !== null) return said
  switch (linkRelation(link.attributes)) {
    case 'caller':
      return productOf(textOf(holder.attributes, ['user_agent.original', 'http.user_agent']))
    case 'callee':
      return hostName(textOf(holder.attributes, ['server.address', 'net.peer.name']))
    default:
      return null
  }
}

/** The first product of a user agent (RFC 9110, section 10.1.5), unless it only names what the request was sent with. */
function productOf(userAgent: string | null): string | null {
  const product = /^([\w!#$%&'*+.^`|~-]+)(?:\/|\s|$)/.exec(userAgent ?? '')?.[1]
  return product === undefined || anonymousProducts.test(product) ? null : product
}

/** A name, not an address: those say nothing about who is there. */
const hostName = (host: string | null): string | null =>
  host === null || host === 'localhost' || host.includes(':') || /^[\d.]+$/.test(host) ? null : host

function textOf(attributes: readonly KeyValue[], keys: readonly string[]): string | null {
  for (const key of keys) {
    const value = attributes.find((attribute) => attribute.key === key)?.value
    if (value?.type === 'string' && value.value !== '') return value.value
  }
  return null
}
