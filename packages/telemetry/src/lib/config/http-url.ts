import type { Kind } from './kind.ts'
import { Refusal } from './kind.ts'

/** An absolute URL without credentials in it: those travel in headers, so that URLs can be shown. */
export const httpUrl: Kind<URL> = {
  expected: 'an http:// or https:// URL',
  parse(raw) {
    const url = typeof raw === 'string' && /^https?:\/\/[^/]/i.test(raw) ? URL.parse(raw) : null
    if (url === null) return new Refusal({ cure: 'Write the whole URL, as in http://127.0.0.1:4318.' })
    return url.username === '' && url.password === ''
      ? url
      : new Refusal({
          expected: 'a URL without credentials in it',
          cure: 'Send them as a header: OTEL_EXPORTER_OTLP_HEADERS=authorization=Basic%20….',
        })
  },
}

/** The traces endpoint below a base URL (OpenTelemetry specification, protocol/exporter.md, Endpoint URLs). */
export function appendTracesPath(base: URL): URL {
  const url = new URL(base)
  url.pathname = `${url.pathname.replace(/\/$/, '')}/v1/traces`
  return url
}
