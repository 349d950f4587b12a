import { pace, RATE } from './load.ts'
import { settle, type WarmUp, warm } from './measure.ts'
import { quantile } from './median.ts'
import { ProcessUnderTest } from './process-under-test.ts'
import { Sink } from './sink.ts'
import { applicationOf, type Variant } from './variants.ts'

/** How long requests took at a fixed rate. */
export interface Tail {
  readonly p50Millis: number
  readonly p99Millis: number
  readonly p999Millis: number
}

export interface TailPlan {
  readonly warmUp: WarmUp
  readonly settleMillis: number
  readonly paceMillis: number
}

const PATH = '/orders/42'

/**
 * Tells how long each request took, in milliseconds (`pace`). By itself, not in turn with others that run meanwhile: decisions/014,
 * "Tried and dropped".
 */
export async function measureTail(
  variant: Variant,
  { warmUp, settleMillis, paceMillis }: TailPlan,
  pin: readonly string[],
): Promise<readonly number[]> {
  const sink = await Sink.start()
  const app = await ProcessUnderTest.start(applicationOf(variant, sink.url), pin)
  try {
    await warm(app, PATH, warmUp)
    await settle(app, PATH, settleMillis)
    return await pace(app.port, PATH, RATE, paceMillis)
  } finally {
    await app.stop()
    sink.close()
  }
}

export function tailOf(latencies: readonly number[]): Tail {
  const at = (share: number) => quantile(latencies, share) ?? Number.NaN
  return { p50Millis: at(0.5), p99Millis: at(0.99), p999Millis: at(0.999) }
}
