import { diag } from '@opentelemetry/api'
import { TracerProvider } from '@opentelemetry/sdk-trace'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { LogLevel } from '../config/telemetry-config.ts'
import { installDiagLogger } from './install-diag-logger.ts'

const context = { traceId: 'c'.repeat(32), spanId: 'd'.repeat(16), traceFlags: 1 }

describe('installDiagLogger', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['performance'] })
  })
  afterEach(() => {
    vi.useRealTimers()
    diag.disable()
  })

  /** What is said about spans that have more links than they may, or more events. */
  function start(level: LogLevel) {
    const said: string[] = []
    installDiagLogger(level, (line) => said.push(line))
    const limits = { linkCountLimit: 1, eventCountLimit: 1 }
    const tracer = new TracerProvider({ spanLimits: limits }).getTracer('test')
    const end = (links: number, events = 0) => {
      const span = tracer.startSpan('span')
      for (let index = 0; index < links; index++) span.addLink({ context })
      for (let index = 0; index < events; index++) span.addEvent('event')
      span.end()
    }
    return { said, end }
  }

  it('says that spans reach a limit once in 30 s, for each limit', () => {
    const { said, end } = start('info')
    end(3)
    end(13)
    end(0, 3)
    vi.advanceTimersByTime(29_999)
    end(4)
    expect(said).toEqual([
      'OpenTelemetry warning: Dropped 2 links because linkCountLimit reached',
      'OpenTelemetry warning: Dropped 2 events because eventCountLimit reached',
    ])
    vi.advanceTimersByTime(1)
    end(5)
    expect(said.slice(2)).toEqual(['OpenTelemetry warning: Dropped 4 links because linkCountLimit reached'])
  })

  it('says it of every span where it is asked for details', () => {
    const { said, end } = start('debug')
    end(3)
    end(3)
    expect(said.filter((line) => line.includes('linkCountLimit reached'))).toHaveLength(2)
  })

  it('repeats all other warnings', () => {
    const { said } = start('info')
    diag.warn('Something else 1')
    diag.warn('Something else 2')
    expect(said).toHaveLength(2)
  })
})
