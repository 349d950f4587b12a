import { startTestReceiver } from '@linked-traces/otlp-receiver/testing'
import { describe, expect, it } from 'vitest'
import { here, runToEnd } from './run-node.ts'

describe.each([
  ['this Node', process.execPath],
  ['Node 22.19', here('node-versions/node_modules/node-22/bin/node')],
  ['Node 24', here('node-versions/node_modules/node-24/bin/node')],
])('a request of node:http whose options are left undefined, on %s', (_, node) => {
  it('is answered as without telemetry, in a span', async () => {
    await using backend = await startTestReceiver()
    const result = await runToEnd('requests-without-options.mjs', {
      node,
      env: { WORKBENCH_URL: backend.url },
    })
    expect(result).toMatchObject({ code: 0, stdout: 'answered\n' })
    expect(backend.spans().filter(({ kind }) => kind === 3)).toHaveLength(12)
  })
})
