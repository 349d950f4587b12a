import { execFileSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { anyApp, demonstration } from './snippets.ts'

describe('demonstration', () => {
  it('rolls in one trace, then in two', () => {
    expect(demonstration('http://127.0.0.1:8080').map(({ code }) => code)).toEqual([
      'curl http://127.0.0.1:8080/rolldice',
      'curl http://127.0.0.1:8080/roll_with_link',
    ])
  })
})

describe('anyApp', () => {
  const [variables, collector, byHand] = anyApp('http://127.0.0.1:4318')

  it('names the workbench’s address in the variables every SDK reads', () => {
    expect(variables?.code.split('\n')).toEqual([
      'export OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318',
      'export OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf',
      'export OTEL_SERVICE_NAME=my-service',
    ])
    expect(collector?.code).toContain('    endpoint: http://127.0.0.1:4318\n')
  })

  it('sends, as a shell reads it, a span of now', () => {
    const script = `curl() { printf '%s\\n' "$@"; }\n${byHand?.code}`
    const [address, , header, , body] = execFileSync('sh', ['-c', script], { encoding: 'utf8' }).split('\n')
    expect([address, header]).toEqual(['http://127.0.0.1:4318/v1/traces', 'content-type: application/json'])
    const span = JSON.parse(body ?? '').resourceSpans[0].scopeSpans[0].spans[0]
    expect(span).toMatchObject({ name: 'hello', startTimeUnixNano: expect.stringMatching(/^\d{19}$/) })
    const duration = BigInt(span.endTimeUnixNano) - BigInt(span.startTimeUnixNano)
    expect([20_000_000n, 1_020_000_000n]).toContain(duration)
  })
})
