import type { Histogram, Meter } from '@opentelemetry/api'
import { createNoopMeter, ValueType } from '@opentelemetry/api'
import { DURATION_BOUNDARIES } from './semantic-conventions.ts'

const UNMEASURED = createNoopMeter().createHistogram('')

/** A histogram of seconds; `undefined` where nobody collects metrics. */
export function createDurationHistogram(
  meter: Meter,
  name: string,
  description: string,
): Histogram | undefined {
  const histogram = meter.createHistogram(name, {
    description,
    unit: 's',
    valueType: ValueType.DOUBLE,
    advice: { explicitBucketBoundaries: DURATION_BOUNDARIES },
  })
  return histogram === UNMEASURED ? undefined : histogram
}
