import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { otlpJson, sendSpans } from './otlp-json.ts'
import { startWorkbench, until } from './workbench-process.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'workbench-full-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const first = 'a'.repeat(32)

// The greatest size of a file stands for a disk without room: both refuse the write. Windows has no such limit.
describe.skipIf(process.platform === 'win32')('workbench on a disk without room', () => {
  it('answers 503, says so, and still has and shows what it acknowledged', async () => {
    await using workbench = await startWorkbench({ WORKBENCH_DATA: folder }, { mostFileKibibytes: 1_024 })
    await sendSpans(workbench.url, 'early', [{ traceId: first, spanId: 'b'.repeat(16), name: 'kept' }])
    let refused: Response | undefined
    for (let number = 1; number <= 200 && !refused; number++) {
      const noise = Array.from({ length: 2_000 }, () => crypto.randomUUID()).join('')
      const span = {
        traceId: number.toString(16).padStart(32, 'c'),
        spanId: 'd'.repeat(16),
        name: 'big',
        attributes: { noise },
      }
      const response = await fetch(`${workbench.url}/v1/traces`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(otlpJson('noisy', [span])),
      })
      if (response.status !== 200) refused = response
    }
    expect(refused?.status).toBe(503)
    expect(refused?.headers.get('retry-after')).toBe('5')
    expect(await refused?.json()).toMatchObject({
      message: 'The disk takes no more: free some space, or set WORKBENCH_DATA to another disk.',
    })
    await until(
      () => workbench.output().includes('Telemetry is not stored. The disk takes no more'),
      workbench.output,
    )
    const trace = await fetch(`${workbench.url}/api/traces/${first}`)
    expect(await trace.json()).toMatchObject({ spans: [{ name: 'kept' }] })
    const health = await fetch(`${workbench.url}/api/health`)
    expect(await health.json()).toMatchObject({
      store: { trouble: expect.stringContaining('The disk takes no more') },
    })
  })
})
