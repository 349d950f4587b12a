import { styleText } from 'node:util'
import { describeDestination, type TelemetryConfig } from '@linked-traces/telemetry/config'
import type { Placement } from './place-services.ts'

/** What to know once everything runs: where spans go, what to ask for, where to look. */
export function readyBlock(
  urls: Placement['urls'],
  config: Pick<TelemetryConfig, 'destinations' | 'console'>,
): string {
  const destinations = config.destinations.map(describeDestination)
  if (config.console) destinations.push('the output of each service')
  if (destinations.length === 0) destinations.push('nobody: the environment says so')
  const rows = [
    ...rowsOf('Spans go to', destinations),
    ...rowsOf('Roll', [`curl ${urls.gateway}/rolldice`, `curl ${urls.gateway}/roll_with_link`]),
    ...rowsOf('Workbench', [urls.workbench]),
  ]
  return ['', `  ${styleText(['bold', 'green'], 'ready')}`, '', ...rows, ''].join('\n')
}

const rowsOf = (title: string, lines: readonly string[]): string[] =>
  lines.map((line, index) => `  ${(index === 0 ? title : '').padEnd(12)} ${line}`)
