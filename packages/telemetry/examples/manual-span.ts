import { getTracer } from '@linked-traces/telemetry'
import { SpanStatusCode } from '@opentelemetry/api'

const tracer = getTracer('service1')

export async function charge(cents: number): Promise<string> {
  return tracer.startActiveSpan('charge', { attributes: { 'app.amount': cents } }, async (span) => {
    try {
      return await callBank(cents)
    } catch (error) {
      span.setStatus({ code: SpanStatusCode.ERROR, message: String(error) })
      throw error
    } finally {
      span.end()
    }
  })
}

async function callBank(cents: number): Promise<string> {
  if (cents <= 0) throw new RangeError(`${cents} cents cannot be charged`)
  return `charged ${cents} cents`
}
