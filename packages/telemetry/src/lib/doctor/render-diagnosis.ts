import type { Diagnosis } from './diagnose.ts'

/** A diagnosis on one screen of text. */
export function renderDiagnosis(diagnosis: Diagnosis): string {
  const { settings, problems, notices, destinations, traceIds, verdict } = diagnosis
  const given = settings.filter(({ from }) => from === 'environment')
  const width = Math.max(...given.map(({ key }) => key.length), 0)
  const lines = [
    'Settings of the environment (those given in code are not seen here):',
    ...given.map(({ key, value }) => `  ${key.padEnd(width)}  ${value}`),
    `  ${given.length === 0 ? 'All' : 'All others'} have their defaults: --json lists them.`,
    ...notices.map((notice) => `  ${notice}`),
    ...problems.map(({ key, expected, received, cure }) => {
      return `  ✗ ${key}: expected ${expected}, received ${received}. ${cure}`
    }),
  ]
  for (const { destination, checks } of destinations) {
    lines.push('', `${destination.charAt(0).toUpperCase()}${destination.slice(1)}:`)
    for (const { name, ok, words, cure } of checks) {
      lines.push(`  ${ok ? '✓' : '✗'} ${name.padEnd(6)}  ${words}`)
      if (cure !== '') lines.push(`            ${cure}`)
    }
  }
  const [caller, callee] = traceIds
  lines.push('')
  if (verdict === 'misconfigured') lines.push('Nothing was sent: the configuration cannot be honoured.')
  else if (destinations.length === 0) lines.push('Spans go nowhere: export is turned off.')
  else lines.push(`The test traces are ${caller} (caller) and ${callee} (callee); each links to the other.`)
  return lines.join('\n')
}
