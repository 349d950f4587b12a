import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startTestReceiver } from '@linked-traces/otlp-receiver/testing'
import { describe, expect, it } from 'vitest'
import { runToEnd, SOURCE } from './run-node.ts'

interface TenMinutes {
  readonly made: number
  readonly heapUsed: number
  readonly queued: number
  readonly spooled: number
  readonly dropped: Readonly<Record<string, number>>
  readonly lines: number
}

const MIB = 1024 * 1024

describe('memory in an outage of an hour', () => {
  it.concurrent.each([
    ['in memory alone', false],
    ['with a spool', true],
  ])(
    'is after the hour what it was after ten minutes, and every span is accounted for: %s',
    async (_, spools) => {
      const reserved = await startTestReceiver()
      await reserved.close()
      const folder = await mkdtemp(join(tmpdir(), 'linked-traces-hour-'))
      const { stdout, ...rest } = await runToEnd('lives-through-an-hour-without-a-backend.ts', {
        flags: [SOURCE, '--expose-gc', '--no-warnings'],
        args: [reserved.url, ...(spools ? [folder] : [])],
      })
      await rm(folder, { recursive: true, force: true })
      expect(rest).toEqual({ code: 0, signal: null, stderr: '' })
      const account = stdout
        .trim()
        .split('\n')
        .map((line): TenMinutes => JSON.parse(line))
      expect(account.map(({ made }) => made)).toEqual([12_000, 24_000, 36_000, 48_000, 60_000, 72_000])
      const [first] = account
      for (const { made, heapUsed, queued, spooled, dropped, lines } of account) {
        const lost = Object.values(dropped).reduce((sum, spans) => sum + spans, 0)
        expect(queued + spooled + lost).toBe(made)
        expect(heapUsed - (first?.heapUsed ?? 0)).toBeLessThan(2 * MIB)
        // Two causes, once each in 30 seconds.
        expect(lines).toBeLessThanOrEqual((made / 20 / 30) * 2 + 2)
      }
      expect(account.at(-1)?.spooled ?? 0).toBeGreaterThan(spools ? 1000 : -1)
    },
    120_000,
  )
})
