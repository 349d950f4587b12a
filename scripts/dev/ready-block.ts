import { styleText } from 'node:util'
import { describeDestination, type TelemetryConfig } from '@linked-traces/telemetry/config'
import type { Placement } from './place-services.ts'

const DEMONSTRATION: ReadonlySet<string> = new Set(['workbench', 'dice', 'gateway'])

/** What to know once everything runs: where spans go, what to ask for, where to look, and where the other apps are. */
export function readyBlock(
  { urls, env }: Placement,
  config: Pick<TelemetryConfig, 'destinations' | 'console'>,
): string {
  const destinations = config.destinations.map(describeDestination)
  if (config.console) destinations.push('the output of each service')
  if (destinations.length === 0) destinations.push('nobody: the environment says so')
  const gateway = urls.get('gateway') ?? ''
  const others = [...urls].filter(([name]) => !DEMONSTRATION.has(name))
  const rows = [
    ...rowsOf('Spans go to', destinations),
    ...rowsOf('Roll', [`curl ${gateway}/rolldice`, `curl ${gateway}/roll_with_link`]),
    ...rowsOf('Workbench', [env.WORKBENCH_URL ?? '']),
    ...others.flatMap(([name, url]) => rowsOf(name, [`curl ${url}`])),
  ]
  return ['', `  ${styleText(['bold', 'green'], 'ready')}`, '', ...rows, ''].join('\n')
}

const rowsOf = (title: string, lines: readonly string[]): string[] =>
  lines.map((line, index) => `  ${(index === 0 ? title : '').padEnd(12)} ${line}`)
