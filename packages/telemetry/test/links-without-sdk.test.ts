import { describe, expect, it } from 'vitest'
import { runToEnd, SOURCE } from './run-node.ts'

describe('@linked-traces/telemetry/links', () => {
  it('works without an SDK, and loads nothing but the OpenTelemetry API', async () => {
    const { code, stdout, stderr } = await runToEnd('uses-links-without-an-sdk.ts', { flags: [SOURCE] })
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(JSON.parse(stdout)).toEqual({
      packages: ['@opentelemetry/api'],
      answer: 42,
      error: 'mine',
      injected: { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' },
      callee: 'b7ad6b7169203331',
      links: 1,
    })
  })
})
