import { type ReceivedSpan, startTestReceiver } from '@linked-traces/otlp-receiver/testing'
import { type RecordingProxy, startRecordingProxy } from './start-recording-proxy.ts'
import { type RunningService, startService } from './start-service.ts'

/** Gateway and dice in processes of their own, what is said between them, and a backend for the spans of both. */
export interface Demonstration extends AsyncDisposable {
  readonly gateway: RunningService
  readonly dice: RunningService
  /** Stands between the two. */
  readonly wire: RecordingProxy
  /** From now on spans that have come are old. */
  mark(): void
  /** The spans that have come since the mark, once they are as many, or what is asked for. */
  newSpans(enough: number | ((spans: readonly ReceivedSpan[]) => boolean)): Promise<readonly ReceivedSpan[]>
}

export async function startDemonstration(): Promise<Demonstration> {
  await using started = new AsyncDisposableStack()
  const backend = await startTestReceiver()
  started.defer(() => backend.close())
  const destination = { OTEL_EXPORTER_OTLP_ENDPOINT: backend.url, OTEL_BSP_SCHEDULE_DELAY: '20' }
  const dice = started.use(await startService('dice', destination))
  const wire = started.use(await startRecordingProxy(dice.url))
  const gateway = started.use(await startService('gateway', { ...destination, DICE_URL: wire.url }))
  const running = started.move()
  let seenBefore = 0
  return {
    gateway,
    dice,
    wire,
    mark() {
      seenBefore = backend.spans().length
    },
    async newSpans(enough) {
      const from = seenBefore
      const isEnough = (spans: readonly ReceivedSpan[]) =>
        typeof enough === 'number' ? spans.length >= enough : enough(spans)
      const spans = await backend.waitForSpans((all) => isEnough(all.slice(from)), 15_000)
      return spans.slice(from)
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  }
}
