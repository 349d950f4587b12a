import { describe, expect, it } from 'vitest'
import { resolveDestinations } from './resolve-destinations.ts'
import { Secret } from './secret.ts'
import { SettingsReader } from './settings-reader.ts'
import type { TelemetryOptions } from './telemetry-options.ts'

/** Destinations as `kind url` with their headers in clear, and everything that is said about them. */
function resolve(env: NodeJS.ProcessEnv, options: TelemetryOptions = {}) {
  const reader = new SettingsReader(options, env)
  const notices: string[] = []
  const destinations = resolveDestinations(reader, notices).map(({ kind, url, headers }) => {
    const sent = Object.entries(headers).map(([name, value]) => [
      name,
      value instanceof Secret ? value.reveal() : value,
    ])
    return { to: `${kind} ${url}`, headers: Object.fromEntries(sent) }
  })
  const problems = reader.problems.map((problem) => Object.values(problem).join(' | '))
  return { destinations, notices, problems }
}

const axiom = { AXIOM_TOKEN: 'xaat-1', AXIOM_DATASET: 'traces' }
const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: 'https://collector:4318' }

const toWorkbench = { to: 'workbench http://127.0.0.1:4318/v1/traces', headers: {} }
const toEndpoint = { to: 'otlp https://collector:4318/v1/traces', headers: {} }
const toAxiom = {
  to: 'axiom https://us-east-1.aws.edge.axiom.co/v1/traces',
  headers: { Authorization: 'Bearer xaat-1', 'X-Axiom-Dataset': 'traces' },
}
const toOtherWorkbench = { to: 'workbench http://127.0.0.1:9000/v1/traces', headers: {} }

describe('resolveDestinations', () => {
  it.each([
    ['nothing', {}, [toWorkbench]],
    ['Axiom', axiom, [toAxiom]],
    ['an endpoint', endpoint, [toEndpoint]],
    ['a workbench', { WORKBENCH_URL: 'http://127.0.0.1:9000' }, [toOtherWorkbench]],
    [
      'Axiom and a workbench',
      { ...axiom, WORKBENCH_URL: 'http://127.0.0.1:9000' },
      [toAxiom, toOtherWorkbench],
    ],
    [
      'an endpoint and a workbench',
      { ...endpoint, WORKBENCH_URL: 'http://127.0.0.1:9000/' },
      [toEndpoint, toOtherWorkbench],
    ],
    [
      'an endpoint that is the workbench',
      { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318', WORKBENCH_URL: 'http://127.0.0.1:4318' },
      [{ to: 'otlp http://127.0.0.1:4318/v1/traces', headers: {} }],
    ],
    [
      'an endpoint for traces, used as it is',
      { ...endpoint, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://other:4318' },
      [{ to: 'otlp http://other:4318/', headers: {} }],
    ],
  ])('with %s set', (_, env, destinations) => {
    expect(resolve(env)).toEqual({ destinations, notices: [], problems: [] })
  })

  it('speaks to every destination in the same way', () => {
    const env = {
      ...axiom,
      WORKBENCH_URL: 'http://127.0.0.1:9000',
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_EXPORTER_OTLP_COMPRESSION: 'none',
      OTEL_EXPORTER_OTLP_TIMEOUT: '250',
    }
    const spoken = { protocol: 'http/json', compression: 'none', timeoutMillis: 250 }
    expect(resolveDestinations(new SettingsReader({}, env), [])).toMatchObject([spoken, spoken])
  })

  describe('an OTLP endpoint beside Axiom', () => {
    it('wins, gets no Axiom credential, and says so once', () => {
      expect(resolve({ ...axiom, ...endpoint, AXIOM_ORG_ID: 'my-org', AXIOM_URL: '!' })).toEqual({
        destinations: [toEndpoint],
        notices: [
          "Spans go to OTEL_EXPORTER_OTLP_ENDPOINT: AXIOM_TOKEN is not used, and nothing of Axiom's is sent there.",
        ],
        problems: [],
      })
    })

    it('wins in code over Axiom in code', () => {
      const options = {
        axiom: { token: 'xaat-1', dataset: 'traces' },
        otlp: { endpoint: 'https://collector:4318' },
      }
      expect(resolve({}, options)).toMatchObject({
        destinations: [toEndpoint],
        notices: [expect.stringContaining('axiom.token is not used')],
      })
    })

    it('gives way to a token in code when it comes from the environment', () => {
      expect(resolve(endpoint, { axiom: { token: 'xaat-1', dataset: 'traces' } })).toEqual({
        destinations: [toAxiom],
        notices: ['OTEL_EXPORTER_OTLP_ENDPOINT is not used: axiom.token in code is stronger.'],
        problems: [],
      })
    })
  })

  describe('headers and certificates of an OTLP endpoint', () => {
    const belongings = {
      OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Basic%20abc',
      OTEL_EXPORTER_OTLP_CERTIFICATE: 'ca.pem',
    }

    it('go to that endpoint', () => {
      expect(resolve({ ...endpoint, ...belongings, WORKBENCH_URL: 'http://127.0.0.1:9000' })).toEqual({
        destinations: [{ ...toEndpoint, headers: { authorization: 'Basic abc' } }, toOtherWorkbench],
        notices: [],
        problems: [],
      })
    })

    it.each([
      ['the workbench', {}, [toWorkbench]],
      ['Axiom', axiom, [toAxiom]],
    ])('never go to %s, and a notice says so', (_, env, destinations) => {
      expect(resolve({ ...env, ...belongings })).toEqual({
        destinations,
        notices: [
          'OTEL_EXPORTER_OTLP_HEADERS is not used: it belongs to an OTLP endpoint, and spans go to none.',
          'OTEL_EXPORTER_OTLP_CERTIFICATE is not used: it belongs to an OTLP endpoint, and spans go to none.',
        ],
        problems: [],
      })
    })

    it('are replaced by those for traces, not added to them', () => {
      const env = { ...endpoint, OTEL_EXPORTER_OTLP_HEADERS: 'a=1', OTEL_EXPORTER_OTLP_TRACES_HEADERS: 'b=2' }
      expect(resolve(env).destinations).toEqual([{ ...toEndpoint, headers: { b: '2' } }])
    })

    it('are given as paths of PEM files', () => {
      const env = {
        ...endpoint,
        OTEL_EXPORTER_OTLP_CERTIFICATE: 'ca.pem',
        OTEL_EXPORTER_OTLP_CLIENT_KEY: 'key.pem',
        OTEL_EXPORTER_OTLP_TRACES_CLIENT_CERTIFICATE: 'cert.pem',
      }
      expect(resolveDestinations(new SettingsReader({}, env), [])[0]?.tls).toEqual({
        certificate: 'ca.pem',
        clientKey: 'key.pem',
        clientCertificate: 'cert.pem',
      })
    })

    it.each([
      ['OTEL_EXPORTER_OTLP_CLIENT_KEY', 'OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE'],
      ['OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE', 'OTEL_EXPORTER_OTLP_CLIENT_KEY'],
    ])('refuse %s alone', (given, missing) => {
      expect(resolve({ ...endpoint, [given]: 'a.pem' }).problems).toEqual([
        `${missing} | a PEM file | nothing beside ${given} | A client certificate and its key go together.`,
      ])
    })
  })

  describe('Axiom', () => {
    it.each([
      [
        { AXIOM_TOKEN: 'xaat-1' },
        'AXIOM_DATASET | the name of a dataset (up to 128 letters, digits and hyphens) | nothing beside AXIOM_TOKEN | Set both to send to Axiom, or neither to send to the workbench.',
      ],
      [
        { AXIOM_DATASET: 'traces' },
        'AXIOM_TOKEN | an Axiom token alone, xaat-… | nothing beside AXIOM_DATASET | Set both to send to Axiom, or neither to send to the workbench.',
      ],
      [
        { ...axiom, AXIOM_TOKEN: 'Bearer xaat-1' },
        'AXIOM_TOKEN | an Axiom token alone, xaat-… | one with characters that a header cannot hold | Remove "Bearer", quotes, spaces and line breaks around it.',
      ],
      [
        { ...axiom, AXIOM_DATASET: 'my traces' },
        'AXIOM_DATASET | the name of a dataset (up to 128 letters, digits and hyphens) | "my traces" | Copy it from Settings > Datasets and views in Axiom.',
      ],
      [
        { ...axiom, AXIOM_DATASET: 'xaat-1' },
        'AXIOM_DATASET | the name of a dataset (up to 128 letters, digits and hyphens) | "<redacted>" | Copy it from Settings > Datasets and views in Axiom.',
      ],
      [
        { ...axiom, AXIOM_EDGE: 'ap-south-1' },
        'AXIOM_EDGE | us-east-1, eu-central-1, a deployment id such as cloud.eu-central-1.aws, or a host | "ap-south-1" | Edge deployments and their hosts: https://axiom.co/docs/reference/edge-deployments.',
      ],
      [
        { ...axiom, AXIOM_EDGE_URL: 'http://10.0.0.1' },
        'AXIOM_EDGE_URL | a host such as us-east-1.aws.edge.axiom.co, or an https:// URL (http:// on this machine alone) | "http://10.0.0.1" | Use https://: anybody on the way could read the token.',
      ],
      [
        { ...axiom, AXIOM_URL: 'localhost:3400' },
        'AXIOM_URL | a host such as us-east-1.aws.edge.axiom.co, or an https:// URL (http:// on this machine alone) | "localhost:3400" | Edge deployments and their hosts: https://axiom.co/docs/reference/edge-deployments.',
      ],
      [
        { ...axiom, AXIOM_ORG_ID: 'my org' },
        'AXIOM_ORG_ID | visible ASCII characters without spaces | "my org" | Remove quotes, spaces and line breaks around it.',
      ],
    ])('refuses %j', (env, problem) => {
      expect(resolve(env).problems).toEqual([problem])
    })

    it('trims what surrounds a token that was read from a file', () => {
      expect(resolve({ ...axiom, AXIOM_TOKEN: 'xaat-1\n' }).destinations).toEqual([toAxiom])
    })

    describe('with a personal token', () => {
      const personal = { AXIOM_TOKEN: 'xapt-1', AXIOM_DATASET: 'traces', AXIOM_ORG_ID: 'my-org' }

      it.each([
        { AXIOM_URL: 'https://api.axiom.co' },
        { AXIOM_URL: 'api.axiom.co' },
        { AXIOM_DOMAIN: 'api.axiom.co' },
      ])('names the organization to %j', (address) => {
        expect(resolve({ ...personal, ...address })).toEqual({
          destinations: [
            {
              to: 'axiom https://api.axiom.co/v1/traces',
              headers: {
                Authorization: 'Bearer xapt-1',
                'X-Axiom-Dataset': 'traces',
                'X-Axiom-Org-Id': 'my-org',
              },
            },
          ],
          notices: [],
          problems: [],
        })
      })

      it.each([
        [{}, 'us-east-1.aws.edge.axiom.co'],
        [{ AXIOM_EDGE: 'eu-central-1' }, 'eu-central-1.aws.edge.axiom.co'],
        [{ AXIOM_EDGE_URL: 'https://axiom.example.com' }, 'axiom.example.com'],
        [{ AXIOM_DOMAIN: 'us-east-1.aws.edge.axiom.co' }, 'us-east-1.aws.edge.axiom.co'],
        [{ AXIOM_URL: 'https://us-east-1.aws.edge.axiom.co' }, 'us-east-1.aws.edge.axiom.co'],
      ])('is refused on the edge of %j', (address, host) => {
        expect(resolve({ ...personal, ...address }).problems).toEqual([
          `AXIOM_TOKEN | an API token, xaat-…, the only kind that the edge deployment ${host} takes | a personal token, xapt-… | Create one that may ingest (Settings > API tokens), or set AXIOM_URL=https://api.axiom.co and AXIOM_ORG_ID.`,
        ])
      })

      it('is told once what is wrong with its organization', () => {
        expect(
          resolve({ ...personal, AXIOM_ORG_ID: 'my org', AXIOM_URL: 'api.axiom.co' }).problems,
        ).toHaveLength(1)
      })

      it('is refused without an organization', () => {
        expect(
          resolve({ ...personal, AXIOM_ORG_ID: '', AXIOM_URL: 'https://api.axiom.co' }).problems,
        ).toEqual([
          'AXIOM_ORG_ID | the id of the organization | nothing beside a personal token, xapt-… | Copy it from the address of the console, https://app.axiom.co/<id>.',
        ])
      })
    })

    it('takes any address in code over every address of the environment', () => {
      const { destinations } = resolve(
        { ...axiom, AXIOM_EDGE_URL: 'https://env.example.com' },
        { axiom: { url: 'api.axiom.co' } },
      )
      expect(destinations).toEqual([{ ...toAxiom, to: 'axiom https://api.axiom.co/v1/traces' }])
    })
  })
})
