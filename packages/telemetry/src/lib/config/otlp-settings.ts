import { httpUrl } from './http-url.ts'
import { headers } from './key-value-pairs.ts'
import type { Kind } from './kind.ts'
import { oneOf, text, timeout } from './kind.ts'
import { setting } from './setting.ts'

const pemFile: Kind<string> = { ...text, expected: 'the path of a PEM file' }

/** An OTLP endpoint as the destination, and how every destination is spoken to. */
export const otlpSettings = {
  tracesEndpoint: setting({
    env: ['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'],
    option: 'otlp.tracesEndpoint',
    kind: httpUrl,
    default: undefined,
    doc: 'An OTLP/HTTP endpoint for traces; the URL is used as it is.',
  }),
  endpoint: setting({
    env: ['OTEL_EXPORTER_OTLP_ENDPOINT'],
    option: 'otlp.endpoint',
    kind: httpUrl,
    default: undefined,
    doc: 'The base URL of an OTLP/HTTP endpoint; v1/traces is appended.',
  }),
  headers: setting({
    env: ['OTEL_EXPORTER_OTLP_TRACES_HEADERS', 'OTEL_EXPORTER_OTLP_HEADERS'],
    option: 'otlp.headers',
    kind: headers,
    default: undefined,
    doc: 'Sent to the OTLP endpoint, and nowhere else.',
  }),
  protocol: setting({
    env: ['OTEL_EXPORTER_OTLP_TRACES_PROTOCOL', 'OTEL_EXPORTER_OTLP_PROTOCOL'],
    option: 'otlp.protocol',
    kind: oneOf(['http/protobuf', 'http/json'], {
      grpc: 'Use http/protobuf instead; Collectors usually listen for it on port 4318.',
    }),
    default: 'http/protobuf',
    doc: 'The encoding, for every destination.',
  }),
  compression: setting({
    env: ['OTEL_EXPORTER_OTLP_TRACES_COMPRESSION', 'OTEL_EXPORTER_OTLP_COMPRESSION'],
    option: 'otlp.compression',
    kind: oneOf(['gzip', 'none']),
    default: 'gzip',
    doc: 'For every destination.',
  }),
  timeoutMillis: setting({
    env: ['OTEL_EXPORTER_OTLP_TRACES_TIMEOUT', 'OTEL_EXPORTER_OTLP_TIMEOUT'],
    option: 'otlp.timeoutMillis',
    kind: timeout,
    default: 10_000,
    doc: 'The longest one attempt to export may take, for every destination.',
  }),
  certificate: setting({
    env: ['OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE', 'OTEL_EXPORTER_OTLP_CERTIFICATE'],
    option: 'otlp.certificate',
    kind: pemFile,
    default: undefined,
    doc: 'The certificates to trust when that of the OTLP endpoint is verified.',
  }),
  clientKey: setting({
    env: ['OTEL_EXPORTER_OTLP_TRACES_CLIENT_KEY', 'OTEL_EXPORTER_OTLP_CLIENT_KEY'],
    option: 'otlp.clientKey',
    kind: pemFile,
    default: undefined,
    doc: 'The private key to present to the OTLP endpoint.',
  }),
  clientCertificate: setting({
    env: ['OTEL_EXPORTER_OTLP_TRACES_CLIENT_CERTIFICATE', 'OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE'],
    option: 'otlp.clientCertificate',
    kind: pemFile,
    default: undefined,
    doc: 'The certificate chain of that key.',
  }),
}
