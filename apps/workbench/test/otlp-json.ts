/** One span for {@link otlpJson}; what is left out has OTLP's default. */
export type SpanInput = {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly name: string
  readonly kind?: number
  /** Milliseconds after 2026-11-22T20:00:00Z. */
  readonly at?: number
  readonly millis?: number
  readonly error?: string
  readonly attributes?: Readonly<Record<string, string | number | boolean>>
  readonly links?: readonly {
    readonly traceId: string
    readonly spanId: string
    readonly relation?: string
  }[]
}

const epochMillis = Date.UTC(2026, 10, 22, 20)

/** An `ExportTraceServiceRequest` in OTLP's JSON, from one service. */
export function otlpJson(serviceName: string, spans: readonly SpanInput[]) {
  return {
    resourceSpans: [
      {
        resource: { attributes: keyValues({ 'service.name': serviceName }) },
        scopeSpans: [{ scope: { name: 'test' }, spans: spans.map(spanJson) }],
      },
    ],
  }
}

/** Sends spans as a service's exporter would; throws unless they were accepted. */
export async function sendSpans(
  url: string,
  serviceName: string,
  spans: readonly SpanInput[],
): Promise<void> {
  const response = await fetch(`${url}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(otlpJson(serviceName, spans)),
  })
  if (response.status !== 200) throw new Error(`${response.status}: ${await response.text()}`)
}

function spanJson({ at = 0, millis = 1, error, attributes = {}, links = [], kind = 1, ...ids }: SpanInput) {
  const nanos = (ms: number) => String(BigInt(Math.round((epochMillis + ms) * 1e3)) * 1_000n)
  return {
    ...ids,
    kind,
    startTimeUnixNano: nanos(at),
    endTimeUnixNano: nanos(at + millis),
    attributes: keyValues(attributes),
    links: links.map(({ relation, ...link }) => ({
      ...link,
      flags: 0x301,
      attributes: relation === undefined ? [] : keyValues({ 'linked_traces.relation': relation }),
    })),
    ...(error !== undefined && { status: { code: 2, message: error } }),
  }
}

const keyValues = (attributes: Readonly<Record<string, string | number | boolean>>) =>
  Object.entries(attributes).map(([key, value]) => ({ key, value: anyValue(value) }))

function anyValue(value: string | number | boolean) {
  if (typeof value === 'string') return { stringValue: value }
  if (typeof value === 'boolean') return { boolValue: value }
  return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value }
}
