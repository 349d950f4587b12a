import { foreignLoad, machineTime } from './foreign-load.ts'
import { inTurn, pace, RATE, SETTLING_RATE, saturate } from './load.ts'
import { median, quantile } from './median.ts'
import { firstLineMillis, ProcessUnderTest } from './process-under-test.ts'
import { Sink } from './sink.ts'
import { applicationOf, firstLineOf, type Variant } from './variants.ts'

/** What one round tells about one variant. */
export interface Round {
  /** Spans that the backend got for a request of many, one after another. */
  readonly spansPerRequest: number
  /** Under saturation, of the spans that the requests should have made: the share that the backend got. */
  readonly delivered: number
  readonly cpuMicros: number
  readonly requestsPerSecond: number
  readonly firstLineMillis: number
  readonly listenMillis: number
  readonly startMegabytes: number
  readonly loadMegabytes: number
  readonly p99Millis: number
  readonly longestHoldMillis: number
  /** What other processes took of the machine while requests were counted, in processors. */
  readonly foreignLoad: number
}

/** How long each part takes. */
export interface Plan {
  readonly starts: number
  readonly warmUp: WarmUp
  readonly saturateMillis: number
  /** As {@link settle} has it; runs before it have none. */
  readonly settleMillis?: number
  readonly paceMillis: number
}

/**
 * Until so many requests were answered and so long has passed, but no longer than that: engines go on compiling what runs
 * often for tens of thousands of requests, at a cost that is no part of what a request costs from then on.
 */
export interface WarmUp {
  readonly requests: number
  readonly leastMillis: number
  readonly mostMillis: number
}

const CONNECTIONS = 16
const PROBES = 50
/** Nothing new for so long: the queues are empty, as all export every second. */
const QUIET_MILLIS = 1300

export async function measure(variant: Variant, plan: Plan, pin: readonly string[]): Promise<Round> {
  const sink = await Sink.start()
  try {
    const starts: number[] = []
    for (let start = 0; start < plan.starts; start++) {
      starts.push(await firstLineMillis(firstLineOf(variant, sink.url), pin))
    }
    const app = await ProcessUnderTest.start(applicationOf(variant, sink.url), pin)
    try {
      return { firstLineMillis: median(starts) ?? 0, ...(await measureRunning(app, variant, plan, sink)) }
    } catch (error) {
      throw new Error(`${variant.name}: ${error instanceof Error ? error.message : error}\n${app.output}`)
    } finally {
      await app.stop()
    }
  } finally {
    sink.close()
  }
}

async function measureRunning(
  app: ProcessUnderTest,
  { workload }: Variant,
  { warmUp, saturateMillis, settleMillis = 0, paceMillis }: Plan,
  sink: Sink,
): Promise<Omit<Round, 'firstLineMillis'>> {
  const path = workload === 'hello' ? '/' : '/orders/42'
  const startMegabytes = app.residentMegabytes()
  // Without tracing there is nothing to wait for, but what V8 does while nothing else is to do counts for all alike.
  const arrived = async () => {
    await sink.quiet(QUIET_MILLIS)
    return sink.takeSpans()
  }

  await inTurn(app.port, path, PROBES)
  const spansPerRequest = (await arrived()) / PROBES
  await warm(app, path, warmUp)
  await arrived()

  const machine = machineTime()
  const own = process.cpuUsage()
  const processor = app.processorSeconds()
  const { requests, seconds } = await saturate(app.port, path, CONNECTIONS, saturateMillis)
  const ownUsed = process.cpuUsage(own)
  const foreign = foreignLoad(
    machine,
    machineTime(),
    (ownUsed.user + ownUsed.system) / 1e6 + app.processorSeconds() - processor,
    seconds,
  )
  const loadMegabytes = app.residentMegabytes()
  const spans = await arrived()
  const cpuMicros = ((app.processorSeconds() - processor) / requests) * 1e6

  await settle(app, path, settleMillis)
  await app.watchLoop()
  const latencies = await pace(app.port, path, RATE, paceMillis)
  const longestHoldMillis = await app.longestHoldMillis()
  return {
    spansPerRequest,
    delivered: spansPerRequest === 0 ? 1 : spans / (spansPerRequest * requests),
    cpuMicros,
    requestsPerSecond: requests / seconds,
    listenMillis: app.millisToListen,
    startMegabytes,
    loadMegabytes,
    p99Millis: quantile(latencies, 0.99) ?? 0,
    longestHoldMillis,
    foreignLoad: foreign,
  }
}

/** Has a process answer as many requests as it is to be warmed up by. */
export async function warm({ port }: ProcessUnderTest, path: string, plan: WarmUp): Promise<void> {
  const { requests } = await saturate(port, path, CONNECTIONS, plan.leastMillis)
  const left = plan.requests - requests
  if (left > 0) await saturate(port, path, CONNECTIONS, plan.mostMillis - plan.leastMillis, left)
}

/**
 * Requests at more than the fixed rate, but far from saturation, that do not count: an application that sleeps between requests runs
 * through other code than one that never does, and V8 compiles for that once more. That is no part of its slowest requests
 * from then on.
 */
export async function settle({ port }: ProcessUnderTest, path: string, millis: number): Promise<void> {
  if (millis > 0) await pace(port, path, SETTLING_RATE, millis)
}
