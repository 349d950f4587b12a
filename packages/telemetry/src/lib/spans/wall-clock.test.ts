import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { WallClock } from './wall-clock.ts'

const START = 1_795_000_000_000

/** A machine whose clock goes as told, and what a process reads on it. */
function machine(origin = START + 0.4) {
  let elapsed = 0
  let truth = START + 0.4
  const clock = new WallClock({ date: () => Math.floor(truth), monotonic: () => elapsed, origin })
  return {
    clock,
    truth: () => truth,
    /** Lets time pass, in milliseconds, with the system's clock too fast by a part of it. */
    pass(millis: number, tooFast = 0) {
      elapsed += millis
      truth += millis * (1 + tooFast)
    },
    step(millis: number) {
      truth += millis
    },
  }
}

describe('WallClock', () => {
  it('tells fractions of milliseconds from the start', () => {
    const { clock, pass } = machine()
    expect(clock.now()).toBeCloseTo(START + 0.4, 3)
    pass(0.25)
    expect(clock.now()).toBeCloseTo(START + 0.65, 3)
  })

  it('stays within a millisecond of the system and never goes back, however that drifts, and whatever it began with', () => {
    const slews = fc.array(
      fc.record({
        millis: fc.double({ min: 0.001, max: 20_000, noNaN: true }),
        slew: fc.double({ min: -0.0005, max: 0.0005, noNaN: true }),
      }),
    )
    const origins = fc.double({ min: START - 5, max: START + 5, noNaN: true })
    fc.assert(
      fc.property(slews, origins, (steps, origin) => {
        const { clock, truth, pass } = machine(origin)
        let before = clock.now()
        for (const { millis, slew } of steps) {
          pass(millis, slew)
          const now = clock.now()
          expect(now).toBeGreaterThanOrEqual(before)
          before = now
          if (millis > 2) expect(Math.abs(now - truth())).toBeLessThan(1.01)
        }
      }),
      { seed: 42, numRuns: 500 },
    )
  })

  it('stays beside a clock that is slewed all the time, where it is asked often', () => {
    const { clock, truth, pass } = machine()
    let furthest = 0
    for (let reading = 0; reading < 200_000; reading += 1) {
      pass(0.437, 0.0001)
      furthest = Math.max(furthest, Math.abs(clock.now() - truth()))
    }
    // By `timeOrigin` alone it would be 8.7 ms behind at the end.
    expect(furthest).toBeLessThan(0.15)
  })

  it('looks at the system no more often than it has something new to tell', () => {
    let looks = 0
    let elapsed = 0
    const date = () => {
      looks++
      return START + Math.floor(elapsed)
    }
    const clock = new WallClock({ date, monotonic: () => elapsed, origin: START })
    for (; elapsed < 100; elapsed += 0.01) expect(Math.abs(clock.now() - START - elapsed)).toBeLessThan(1)
    expect(looks).toBeGreaterThan(300)
    expect(looks).toBeLessThan(450)
  })

  it.each([3_600_000, -3_600_000])('follows a system clock that is set by %d ms', (millis) => {
    const { clock, truth, pass, step } = machine()
    clock.now()
    pass(10)
    step(millis)
    expect(Math.abs(clock.now() - truth())).toBeLessThan(1)
  })
})
