import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import type { ConnectionOptions } from 'node:tls'
import { connect } from 'node:tls'
import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import { describeDestination } from '../config/describe-destination.ts'
import type { Destination } from '../config/telemetry-config.ts'
import { TelemetryConfigError } from '../config/telemetry-config-error.ts'
import type { Delivery } from '../export/delivery.ts'
import { explainError } from '../export/explain-failure.ts'
import { createOtlpDelivery } from '../sdk/otlp-delivery.ts'
import { findProxyEnv } from '../sdk/proxy-env.ts'
import { readTlsFiles } from '../sdk/read-tls-files.ts'

/** What was found out about one destination. */
export interface DestinationDiagnosis {
  readonly destination: string
  /** In the order they were made; the first that fails is the last. */
  readonly checks: readonly Check[]
}

export interface Check {
  readonly name: 'proxy' | 'dns' | 'tls' | 'export'
  readonly ok: boolean
  /** What was found. */
  readonly words: string
  /** What to do, as sentences; empty when there is nothing to be done. */
  readonly cure: string
}

/** Goes the way of an export step by step, and sends `spans` at its end. Rejects with a `TelemetryConfigError` alone. */
export async function checkDestination(
  destination: Destination,
  spans: readonly ReadableSpan[],
): Promise<DestinationDiagnosis> {
  const { hostname, protocol } = new URL(destination.url)
  const steps: [Check['name'], () => Promise<string>][] = []
  if (findProxyEnv() !== undefined) {
    // It looks up the name, and what of the handshake there is to see is part of the export.
    steps.push(['proxy', () => Promise.resolve("as Node's settings say (HTTP_PROXY, HTTPS_PROXY, NO_PROXY)")])
  } else {
    if (isIP(hostname.replace(/^\[|\]$/g, '')) === 0) steps.push(['dns', () => resolveName(hostname)])
    if (protocol === 'https:') steps.push(['tls', () => shakeHands(destination)])
  }
  const checks: Check[] = []
  for (const [name, step] of steps) {
    try {
      checks.push({ name, ok: true, words: await step(), cure: '' })
    } catch (error) {
      if (error instanceof TelemetryConfigError) throw error
      const { words, cure } = explainError(destination, error)
      checks.push({ name, ok: false, words, cure })
      return { destination: describeDestination(destination), checks }
    }
  }
  checks.push(await send(destination, spans))
  return { destination: describeDestination(destination), checks }
}

async function resolveName(hostname: string): Promise<string> {
  const addresses = await lookup(hostname, { all: true })
  return addresses.map(({ address }) => address).join(', ')
}

function shakeHands({ url, tls, timeoutMillis }: Destination): Promise<string> {
  const { hostname, port } = new URL(url)
  const host = hostname.replace(/^\[|\]$/g, '')
  const options: ConnectionOptions = {
    ...readTlsFiles(tls),
    host,
    port: Number(port || 443),
    ...(isIP(host) === 0 && { servername: host }),
  }
  return new Promise((resolve, reject) => {
    const socket = connect(options)
    const timer = setTimeout(() => {
      socket.destroy(Object.assign(new Error('no handshake in time'), { code: 'ETIMEDOUT' }))
    }, timeoutMillis)
    socket
      .once('secureConnect', () => {
        resolve(
          `${socket.getProtocol()}, its certificate is valid until ${socket.getPeerCertificate().valid_to}`,
        )
        socket.end()
      })
      .once('error', reject)
      .once('close', () => clearTimeout(timer))
  })
}

async function send(destination: Destination, spans: readonly ReadableSpan[]): Promise<Check> {
  const { deliver, close } = createOtlpDelivery(destination)
  // An export keeps no process alive by itself.
  const awake = setInterval(() => {}, 1000)
  const delivery = await deliver(spans, new AbortController().signal)
  clearInterval(awake)
  close()
  return toCheck(delivery, spans.length)
}

function toCheck(delivery: Delivery, spans: number): Check {
  if (delivery.outcome !== 'delivered') {
    return { name: 'export', ok: false, words: delivery.words, cure: delivery.cure }
  }
  const { rejected, reason } = delivery
  const said = reason ? `: ${reason}` : ''
  const words = rejected > 0 ? `rejected ${rejected} of ${spans} spans${said}` : `took ${spans} spans${said}`
  return { name: 'export', ok: rejected === 0, words, cure: '' }
}
