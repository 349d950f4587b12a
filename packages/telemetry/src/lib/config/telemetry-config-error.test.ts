import { describe, expect, it } from 'vitest'
import { TelemetryConfigError } from './telemetry-config-error.ts'

describe('TelemetryConfigError', () => {
  const problem = (key: string) => ({
    key,
    expected: 'true or false',
    received: '"yes"',
    cure: 'Write it as true or false.',
  })

  it('says what to do about one problem', () => {
    const error = new TelemetryConfigError([problem('A')])
    expect(error).toMatchObject({ name: 'TelemetryConfigError', code: 'ERR_TELEMETRY_CONFIG' })
    expect(error.message).toBe(
      'Telemetry was not started: one setting cannot be honoured.\n' +
        '  A: expected true or false, received "yes". Write it as true or false.',
    )
  })

  it('counts settings, not what is wrong with them', () => {
    const count = (...keys: string[]) => new TelemetryConfigError(keys.map(problem)).message.split('\n')[0]
    expect(count('A', 'A')).toBe('Telemetry was not started: one setting cannot be honoured.')
    expect(count('A', 'B', 'A')).toBe('Telemetry was not started: 2 settings cannot be honoured.')
  })

  it('lists every problem, and has them as data', () => {
    const problems = [problem('A'), problem('B')]
    const error = new TelemetryConfigError(problems)
    expect(error.message.split('\n')).toEqual([
      'Telemetry was not started: 2 settings cannot be honoured.',
      expect.stringMatching(/^ {2}A: /),
      expect.stringMatching(/^ {2}B: /),
    ])
    expect(error.problems).toEqual(problems)
  })
})
