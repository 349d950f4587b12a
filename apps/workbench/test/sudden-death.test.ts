import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { SqliteStore } from '../src/store/sqlite/sqlite-store.ts'
import { otlpJson } from './otlp-json.ts'
import { startWorkbench, until } from './workbench-process.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'workbench-death-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const hex = (number: number, digits: number): string => number.toString(16).padStart(digits, '0')

/** Sends exports on four connections until the workbench is gone; adds to `acknowledged` the number of each that was accepted. */
async function sendUntilDead(url: string, first: number, acknowledged: number[]): Promise<void> {
  let next = first
  const send = async (): Promise<void> => {
    for (;;) {
      const number = next++
      const spans = Array.from({ length: 20 }, (_, index) => ({
        traceId: hex(number, 32),
        spanId: hex(number * 20 + index + 1, 16),
        name: `span ${index}`,
        links: [{ traceId: hex(number + 1, 32), spanId: hex((number + 1) * 20 + 1, 16) }],
      }))
      try {
        const response = await fetch(`${url}/v1/traces`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(otlpJson('sender', spans)),
        })
        if (response.status !== 200) return
        await response.arrayBuffer()
      } catch {
        return
      }
      acknowledged.push(number)
    }
  }
  await Promise.all([send(), send(), send(), send()])
}

describe('workbench killed with SIGKILL', () => {
  it('has every span it acknowledged, whenever it is killed, time after time', async () => {
    const acknowledged: number[] = []
    for (let round = 0; round < 5; round++) {
      await using workbench = await startWorkbench({ WORKBENCH_DATA: folder })
      const before = acknowledged.length
      const sending = sendUntilDead(workbench.url, round * 1_000_000 + 1, acknowledged)
      const enough = 10 + Math.floor(Math.random() * 100)
      await until(() => acknowledged.length - before >= enough, workbench.output)
      workbench.child.kill('SIGKILL')
      await sending
    }
    const store = new SqliteStore({
      location: folder,
      bounds: { spans: 1e9, bytes: 1e12, ageMillis: 1e12 },
      wallClock: Date.now,
      monotonicClock: () => performance.now(),
    })
    expect(store.setAside).toBeUndefined()
    expect(acknowledged.length).toBeGreaterThanOrEqual(50)
    let spans = 0
    for (const number of acknowledged) {
      const trace = await store.trace(hex(number, 32), 100)
      expect(trace?.spanCount, `spans of export ${number}`).toBe(20)
      spans += 20
    }
    // What was stored but not acknowledged any more may be there, whole exports only; counts and links agree with the spans.
    const { spanCount, linkCount } = await store.status()
    expect(spanCount).toBeGreaterThanOrEqual(spans)
    expect(spanCount % 20).toBe(0)
    expect(linkCount).toBe(spanCount)
    const services = await store.services({ fromMinute: 0, toMinute: 2 ** 40 })
    expect(services).toMatchObject([{ serviceName: 'sender', stats: { spanCount } }])
    await store.close()
  })

  it('leaves its folder free for the next', async () => {
    await using first = await startWorkbench({ WORKBENCH_DATA: folder })
    await expect(startWorkbench({ WORKBENCH_DATA: folder })).rejects.toThrow(
      `ended with 1: Another workbench uses ${folder}: end that one, or set WORKBENCH_DATA to another folder.\n`,
    )
    first.child.kill('SIGKILL')
    await first.exited
    await using second = await startWorkbench({ WORKBENCH_DATA: folder })
    expect(second.output()).toContain('workbench listens on')
  })
})
