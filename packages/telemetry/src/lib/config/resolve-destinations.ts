import type { AxiomAddressName } from '../axiom/axiom-address.ts'
import { axiomAddressNames, isAxiomEdge } from '../axiom/axiom-address.ts'
import { axiomHeaders, isPersonalToken } from '../axiom/axiom-credentials.ts'
import { appendTracesPath } from './http-url.ts'
import { Secret } from './secret.ts'
import { settings } from './settings.ts'
import type { SettingsReader } from './settings-reader.ts'
import type { Destination, TlsFiles } from './telemetry-config.ts'

const { axiom, otlp, destinations } = settings

/** A destination without the transport settings that all share. */
type Backend = Omit<Destination, 'protocol' | 'compression' | 'timeoutMillis'>

/**
 * Where spans go: an OTLP endpoint, else Axiom, else the workbench; and the workbench beside any of them when its
 * address was given. See decisions/003-destinations.md.
 */
export function resolveDestinations(reader: SettingsReader, notices: string[]): readonly Destination[] {
  const transport = {
    protocol: reader.read(otlp.protocol),
    compression: reader.read(otlp.compression),
    timeoutMillis: reader.read(otlp.timeoutMillis),
  }
  const backends = resolveBackend(reader, notices)
  if (backends.length === 0 || reader.find(destinations.workbenchUrl)) {
    const url = appendTracesPath(reader.read(destinations.workbenchUrl)).href
    // An OTLP endpoint that is the workbench needs every span once.
    if (backends.every((backend) => backend.url !== url))
      backends.push({ kind: 'workbench', url, headers: {} })
  }
  return backends.map((backend) => ({ ...backend, ...transport }))
}

function resolveBackend(reader: SettingsReader, notices: string[]): Backend[] {
  const endpointName = reader.firstOf(otlp, ['tracesEndpoint', 'endpoint'])
  const endpoint = endpointName && reader.find(otlp[endpointName])
  const token = reader.find(axiom.token)
  const credential = token ?? reader.find(axiom.dataset)
  const axiomIsStronger = token?.layer === 'code' && endpoint?.layer === 'environment'
  if (endpointName && endpoint && !axiomIsStronger) {
    if (credential) {
      notices.push(
        `Spans go to ${endpoint.key}: ${credential.key} is not used, and nothing of Axiom's is sent there.`,
      )
    }
    const url = reader.read(otlp[endpointName])
    return url ? [otlpBackend(reader, endpointName === 'endpoint' ? appendTracesPath(url) : url)] : []
  }
  for (const setting of [otlp.headers, otlp.certificate, otlp.clientKey, otlp.clientCertificate]) {
    const unused = reader.find(setting)
    if (unused)
      notices.push(`${unused.key} is not used: it belongs to an OTLP endpoint, and spans go to none.`)
  }
  if (endpoint && token) notices.push(`${endpoint.key} is not used: ${token.key} in code is stronger.`)
  return credential ? axiomBackend(reader) : []
}

function otlpBackend(reader: SettingsReader, url: URL): Backend {
  const tls = resolveTls(reader)
  return { kind: 'otlp', url: url.href, headers: reader.read(otlp.headers) ?? {}, ...(tls && { tls }) }
}

function resolveTls(reader: SettingsReader): TlsFiles | undefined {
  const certificate = reader.read(otlp.certificate)
  const clientKey = reader.read(otlp.clientKey)
  const clientCertificate = reader.read(otlp.clientCertificate)
  if ((clientKey === undefined) !== (clientCertificate === undefined)) {
    const [given, missing] = clientKey
      ? [otlp.clientKey, otlp.clientCertificate]
      : [otlp.clientCertificate, otlp.clientKey]
    reader.refuse({
      key: reader.key(missing),
      expected: 'a PEM file',
      received: `nothing beside ${reader.key(given)}`,
      cure: 'A client certificate and its key go together.',
    })
  }
  if (!certificate && !clientKey && !clientCertificate) return undefined
  return {
    ...(certificate && { certificate }),
    ...(clientKey && { clientKey }),
    ...(clientCertificate && { clientCertificate }),
  }
}

function axiomBackend(reader: SettingsReader): Backend[] {
  const token = reader.read(axiom.token)?.reveal()
  const dataset = reader.read(axiom.dataset)
  const orgId = reader.read(axiom.orgId)
  const addressName = reader.firstOf(axiom, axiomAddressNames) ?? 'edge'
  const url = reader.read(axiom[addressName])
  refuseHalf(reader)
  if (token === undefined || url === undefined) return []
  if (isPersonalToken(token)) refusePersonalToken(reader, addressName, url)
  if (dataset === undefined) return []
  const headers = Object.entries(axiomHeaders(token, dataset, orgId))
  const secrets = headers.map(([name, value]): [string, Secret] => [name, new Secret(value)])
  return [{ kind: 'axiom', url: url.href, headers: Object.fromEntries(secrets), dataset }]
}

/** Axiom was asked for, so half of what it takes is not the same as nothing. */
function refuseHalf(reader: SettingsReader): void {
  const [missing, given] = reader.find(axiom.token)
    ? [axiom.dataset, axiom.token]
    : [axiom.token, axiom.dataset]
  if (reader.find(missing)) return
  reader.refuse({
    key: reader.key(missing),
    expected: missing.kind.expected,
    received: `nothing beside ${reader.key(given)}`,
    cure: 'Set both to send to Axiom, or neither to send to the workbench.',
  })
}

function refusePersonalToken(reader: SettingsReader, addressName: AxiomAddressName, url: URL): void {
  const personal = 'a personal token, xapt-…'
  if (isAxiomEdge(addressName, url)) {
    reader.refuse({
      key: reader.key(axiom.token),
      expected: `an API token, xaat-…, the only kind that the edge deployment ${url.host} takes`,
      received: personal,
      cure: 'Create one that may ingest (Settings > API tokens), or set AXIOM_URL=https://api.axiom.co and AXIOM_ORG_ID.',
    })
  } else if (reader.find(axiom.orgId) === undefined) {
    reader.refuse({
      key: reader.key(axiom.orgId),
      expected: 'the id of the organization',
      received: `nothing beside ${personal}`,
      cure: 'Copy it from the address of the console, https://app.axiom.co/<id>.',
    })
  }
}
