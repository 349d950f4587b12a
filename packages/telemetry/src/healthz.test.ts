import { describe, expect, it } from 'vitest'
import { telemetryHealthz } from './healthz.ts'
import type { DestinationHealth } from './lib/export/telemetry-health.ts'

const NONE = {
  queueFull: 0,
  refused: 0,
  rejected: 0,
  deadline: 0,
  afterShutdown: 0,
  spoolFull: 0,
  spoolUnreadable: 0,
}
const WELL: DestinationHealth = {
  kind: 'workbench',
  url: 'http://127.0.0.1:4318/v1/traces',
  exported: 7,
  queued: 2,
  spooled: 0,
  dropped: NONE,
}
const of = (...destinations: DestinationHealth[]) => telemetryHealthz({ health: () => ({ destinations }) })

describe('telemetryHealthz', () => {
  it('is ok while spans arrive or wait', () => {
    expect(of(WELL)).toEqual({ status: 'ok', destinations: [WELL] })
  })

  it('fails while a destination does not take spans, with the reason', () => {
    const away = { ...WELL, lastError: 'refused the connection' }
    expect(of(WELL, away)).toEqual({ status: 'failing', destinations: [WELL, away] })
  })

  it.each(Object.keys(NONE))('fails when spans were lost: %s', (reason) => {
    expect(of({ ...WELL, dropped: { ...NONE, [reason]: 1 } }).status).toBe('failing')
  })
})
