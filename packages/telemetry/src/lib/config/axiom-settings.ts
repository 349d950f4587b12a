import type { AxiomAddressName } from '../axiom/axiom-address.ts'
import { axiomTracesUrl, defaultAxiomTracesUrl, isReadableOnTheWay } from '../axiom/axiom-address.ts'
import { looksLikeToken } from '../axiom/axiom-credentials.ts'
import { isDatasetName } from '../axiom/dataset-name.ts'
import type { Kind } from './kind.ts'
import { headerText, Refusal } from './kind.ts'
import { Secret } from './secret.ts'
import { setting } from './setting.ts'

const token: Kind<Secret> = {
  expected: 'an Axiom token alone, xaat-…',
  secret: true,
  parse(raw) {
    const value = headerText.parse(raw)
    return value instanceof Refusal
      ? new Refusal({
          received: 'one with characters that a header cannot hold',
          cure: 'Remove "Bearer", quotes, spaces and line breaks around it.',
        })
      : new Secret(value)
  },
}

const dataset: Kind<string> = {
  expected: 'the name of a dataset (up to 128 letters, digits and hyphens)',
  parse(raw) {
    if (typeof raw === 'string' && !looksLikeToken(raw) && isDatasetName(raw)) return raw
    return new Refusal({ cure: 'Copy it from Settings > Datasets and views in Axiom.' })
  },
}

const axiomAddress: Kind<URL> = {
  expected: 'a host such as us-east-1.aws.edge.axiom.co, or an https:// URL (http:// on this machine alone)',
  parse(raw) {
    const url = typeof raw === 'string' ? axiomTracesUrl(raw) : undefined
    if (url === undefined) {
      return new Refusal({
        cure: 'Edge deployments and their hosts: https://axiom.co/docs/reference/edge-deployments.',
      })
    }
    return isReadableOnTheWay(url)
      ? new Refusal({ cure: 'Use https://: anybody on the way could read the token.' })
      : url
  },
}

function address(name: AxiomAddressName, env: string, doc: string) {
  return setting({ env: [env], option: `axiom.${name}`, kind: axiomAddress, default: undefined, doc })
}

/** Axiom as the destination. */
export const axiomSettings = {
  token: setting({
    env: ['AXIOM_TOKEN'],
    option: 'axiom.token',
    kind: token,
    default: undefined,
    doc: 'An API token that may ingest into the dataset. A personal token (xapt-…) needs AXIOM_ORG_ID and AXIOM_URL.',
  }),
  dataset: setting({
    env: ['AXIOM_DATASET'],
    option: 'axiom.dataset',
    kind: dataset,
    default: undefined,
    doc: 'The dataset, of kind Events. Token and dataset go together: one without the other is refused.',
  }),
  edgeUrl: address('edgeUrl', 'AXIOM_EDGE_URL', 'An edge deployment, by URL.'),
  domain: address(
    'domain',
    'AXIOM_DOMAIN',
    'The host in https://AXIOM_DOMAIN/v1/traces of the guides: an edge deployment, or api.axiom.co.',
  ),
  edge: setting({
    env: ['AXIOM_EDGE'],
    option: 'axiom.edge',
    kind: {
      ...axiomAddress,
      expected: 'us-east-1, eu-central-1, a deployment id such as cloud.eu-central-1.aws, or a host',
    },
    default: defaultAxiomTracesUrl,
    defaultText: 'us-east-1',
    doc: 'An edge deployment, by region, deployment id or host.',
  }),
  url: address(
    'url',
    'AXIOM_URL',
    'The API of Axiom, as in https://api.axiom.co: for personal tokens and proxies.',
  ),
  orgId: setting({
    env: ['AXIOM_ORG_ID'],
    option: 'axiom.orgId',
    kind: headerText,
    default: undefined,
    doc: 'The organization of a personal token. API tokens do not need it.',
  }),
}
