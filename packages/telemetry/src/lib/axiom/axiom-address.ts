/** Where the dataset is, by the name of the option that says so; the first that is set is used. */
export const axiomAddressNames = ['edgeUrl', 'domain', 'edge', 'url'] as const

export type AxiomAddressName = (typeof axiomAddressNames)[number]

/** What Axiom's own clients use when nothing is said (https://axiom.co/docs/reference/edge-deployments). */
export const defaultAxiomTracesUrl = new URL('https://us-east-1.aws.edge.axiom.co/v1/traces')

const regions = ['us-east-1', 'eu-central-1']

/**
 * The traces endpoint an address stands for: a URL, a bare host (https), or for an edge the region (`eu-central-1`) or
 * deployment id (`cloud.eu-central-1.aws`) by which Axiom's API and console name it. `undefined` when it stands for none.
 */
export function axiomTracesUrl(address: string): URL | undefined {
  const region = regions.find((id) => [id, `${id}.aws`, `cloud.${id}.aws`].includes(address.toLowerCase()))
  const host = region === undefined ? address : `${region}.aws.edge.axiom.co`
  const isBareHost = /^[a-z0-9-]+(\.[a-z0-9-]+)+(:\d+)?(\/.*)?$/i.test(host)
  const url = URL.parse(isBareHost ? `https://${host}` : host)
  if (url === null || !/^https?:\/\/[^/]/i.test(url.href) || url.username !== '' || url.password !== '') {
    return undefined
  }
  url.pathname = `${url.pathname.replace(/\/?(v1\/traces\/?)?$/, '')}/v1/traces`
  return url
}

/** Whether what is sent to a URL, the token above all, can be read on the way: plain HTTP that leaves this machine. */
export function isReadableOnTheWay({ protocol, hostname }: URL): boolean {
  return protocol === 'http:' && !/^(127\.\d+\.\d+\.\d+|\[::1\]|(.+\.)?localhost)$/.test(hostname)
}

/** Whether an address is an edge deployment's, where personal tokens are not accepted. */
export function isAxiomEdge(name: AxiomAddressName, url: URL): boolean {
  return name === 'edgeUrl' || name === 'edge' || url.hostname.endsWith('.edge.axiom.co')
}
