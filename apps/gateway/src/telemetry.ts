import { startTelemetry } from '@linked-traces/telemetry'
import { attemptSpans } from './attempt-spans.ts'

/** Given to `node --import`, so that it precedes every module it instruments. */
export const telemetry = startTelemetry({
  serviceName: 'gateway',
  untracedPaths: ['/healthz', '/readyz'],
  spanProcessors: [attemptSpans],
})
