import { mkdtemp, readdir, rm, utimes } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { TestReceiver } from '@linked-traces/otlp-receiver/testing'
import { startTestReceiver } from '@linked-traces/otlp-receiver/testing'
import type { RunningNode } from './run-node.ts'
import { runNode, SOURCE } from './run-node.ts'

export interface OutageOptions {
  /** How long the backend is away, in milliseconds: a quarter each not there, overloaded, not there, and hanging. */
  readonly outageMillis: number
  readonly spansPerSecond: number
  /** `OTEL_BSP_SCHEDULE_DELAY`, in milliseconds. */
  readonly flushMillis: number
  /** How long a claim of a dead process stands is not waited for: its files are made old. */
  readonly hurried: boolean
  readonly report?: (line: string) => void
}

/** What became of the spans of one process. */
export interface ProcessAccount {
  readonly end: 'SIGTERM' | 'SIGKILL'
  /** Spans that were made; of a killed process as it last told. */
  readonly made: number
  /** Of these, the ones that may not be missing: all, or those from before a kill's last flush interval. */
  readonly owed: number
  readonly delivered: number
  /** Of those owed, the ones that did not arrive. */
  readonly missing: number
  /** As `health()` counts them. */
  readonly counted: number
  readonly twice: number
}

interface Told {
  readonly made: number
  /** By the clock, in milliseconds since 1970. */
  readonly at: number
  readonly exported: number
  readonly queued: number
  readonly spooled: number
  readonly counted: number
}

/** A backend that hangs is recognised after this time, in milliseconds (`HANGS` of the queue). */
const HANGS = 5000
/** Encoding, writing and syncing a batch on a busy machine. */
const WRITING = 1000

/**
 * Has a service under steady load, with a spool, live through an outage: restarted in it, killed while nobody listens, and
 * killed while the backend hangs. Each time another process takes its place. Resolves when the backend is back and
 * everything has been sent.
 */
export async function runOutage(options: OutageOptions): Promise<ProcessAccount[]> {
  const { outageMillis, spansPerSecond, flushMillis, hurried, report = () => {} } = options
  const folder = await mkdtemp(join(tmpdir(), 'linked-traces-outage-'))
  const backends: TestReceiver[] = []
  const backend = async (port = 0) => {
    const started = await startTestReceiver({ port })
    backends.push(started)
    return started
  }
  const first = await backend()
  const { port, url } = first
  const start = () => {
    return runNode('makes-spans-at-a-rate.ts', {
      flags: [SOURCE],
      args: [String(spansPerSecond)],
      env: {
        OTEL_EXPORTER_OTLP_ENDPOINT: url,
        LINKED_TRACES_SPOOL: folder,
        OTEL_BSP_SCHEDULE_DELAY: String(flushMillis),
      },
    })
  }
  const ends: { child: RunningNode; end: ProcessAccount['end']; at: number; graceMillis: number }[] = []
  let child = start()
  const stop = async (end: ProcessAccount['end'], graceMillis = 0) => {
    ends.push({ child, end, at: Date.now(), graceMillis })
    child.kill(end)
    await child.ended
    report(`${end}: ${JSON.stringify(lastTold(child))}`)
  }
  const replace = async (...how: Parameters<typeof stop>) => {
    await stop(...how)
    child = start()
    await child.says('made')
  }

  try {
    // And answered: of what it has taken when it goes, the service would not know.
    while (lastTold(child).exported === 0) await delay(20)
    const eighth = outageMillis / 8
    report('The backend is gone.')
    await first.close()
    await delay(2 * eighth)
    report('The backend is overloaded.')
    const busy = await backend(port)
    busy.respondAlwaysWith({ status: 503 })
    await delay(eighth)
    await replace('SIGTERM')
    await delay(eighth)
    report('The backend is gone.')
    await busy.close()
    await delay(eighth)
    await replace('SIGKILL', flushMillis + WRITING)
    await delay(eighth)
    report('The backend hangs.')
    const hanging = await backend(port)
    hanging.respondAlwaysWith('hang')
    await delay(eighth)
    await replace('SIGKILL', flushMillis + HANGS + WRITING)
    await delay(eighth)
    report('The backend is back.')
    await hanging.close()
    await backend(port)
    // A claim stands for a minute, and the folder is looked into every half.
    const until = Date.now() + 180_000
    for (;;) {
      if (hurried) await makeClaimsOld(folder)
      const { spooled } = lastTold(child)
      if (spooled === 0 && (await files(folder)).length === 0) break
      if (Date.now() > until) throw new Error(`Not sent from the disk: ${(await files(folder)).join(', ')}`)
      await delay(100)
    }
    await stop('SIGTERM')
    const arrived = countArrivals(backends)
    return ends.map(({ child: { pid }, child, end, at, graceMillis }): ProcessAccount => {
      const { made, counted } = lastTold(child)
      const owed = told(child).findLast((line) => line.at <= at - graceMillis)?.made ?? 0
      const arrivals = arrived.get(pid) ?? new Map<number, number>()
      let missing = 0
      for (let span = 0; span < (end === 'SIGKILL' ? owed : made); span++) if (!arrivals.has(span)) missing++
      const delivered = arrivals.size
      const twice = [...arrivals.values()].reduce((sum, times) => sum + times - 1, 0)
      return { end, made, owed: end === 'SIGKILL' ? owed : made, delivered, missing, counted, twice }
    })
  } finally {
    child.kill('SIGKILL')
    await child.ended
    for (const each of backends) await each.close()
    await rm(folder, { recursive: true, force: true })
  }
}

/** What is wrong with an account; empty when every span that is owed has arrived or is counted, and none came twice. */
export function findFaults(accounts: readonly ProcessAccount[]): string[] {
  return accounts.flatMap(({ end, owed, missing, counted, twice }) => [
    ...(missing > counted
      ? [`${missing} of the ${owed} spans owed are missing, and ${counted} counted (${end}).`]
      : []),
    // The request in flight of a process that is killed may be repeated, and nothing in this outage was taken by halves.
    ...(twice > 0 ? [`${twice} spans came twice (${end}).`] : []),
  ])
}

function told({ stdout }: RunningNode): Told[] {
  // The last line of a killed process may be torn.
  return stdout()
    .split('\n')
    .slice(0, -1)
    .map((line): Told => JSON.parse(line))
}

function lastTold(child: RunningNode): Told {
  return told(child).at(-1) ?? { made: 0, at: 0, exported: 0, queued: 0, spooled: 0, counted: 0 }
}

/** How often each span arrived, by process and number. */
function countArrivals(backends: readonly TestReceiver[]): Map<number, Map<number, number>> {
  const processes = new Map<number, Map<number, number>>()
  for (const { name, resource } of backends.flatMap((backend) => backend.spans())) {
    const pid = Number(resource['process.pid'])
    const spans = processes.get(pid) ?? new Map<number, number>()
    processes.set(pid, spans.set(Number(name), (spans.get(Number(name)) ?? 0) + 1))
  }
  return processes
}

async function files(folder: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true })
  return names.filter((name) => /\.protobuf(\.claimed)?$/.test(name)).map((name) => join(folder, name))
}

async function makeClaimsOld(folder: string): Promise<void> {
  for (const name of await files(folder)) {
    if (name.endsWith('.claimed')) await utimes(name, 0, 0).catch(() => {})
  }
}
