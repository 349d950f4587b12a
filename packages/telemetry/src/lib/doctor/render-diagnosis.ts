import type { Diagnosis } from './diagnose.ts'

/** Lines of a terminal that nobody has made larger. */
const SCREEN = 24

/** A diagnosis on one screen of text: settings make room for what was found out. */
export function renderDiagnosis(diagnosis: Diagnosis): string {
  const { settings, problems, notices } = diagnosis
  const given = settings.filter(({ from }) => from === 'environment')
  const remarks = [
    ...notices.map((notice) => `  ${notice}`),
    ...problems.map(({ key, expected, received, cure }) => {
      return `  ✗ ${key}: expected ${expected}, received ${received}. ${cure}`
    }),
  ]
  const findings = [...remarks, ...renderDestinations(diagnosis), '', conclude(diagnosis)]
  // One for the heading, one for what is not shown.
  const room = Math.max(SCREEN - 2 - findings.length, 0)
  const shown = given.length <= room ? given : given.slice(0, room)
  const width = Math.max(...shown.map(({ key }) => key.length), 0)
  const more = given.length - shown.length
  return [
    'Settings of the environment (those given in code are not seen here):',
    ...shown.map(({ key, value }) => `  ${key.padEnd(width)}  ${shorten(value)}`),
    more > 0
      ? `  … and ${more} more; all others have their defaults: --json lists them.`
      : `  ${given.length === 0 ? 'All' : 'All others'} have their defaults: --json lists them.`,
    ...findings,
  ].join('\n')
}

function renderDestinations({ destinations }: Diagnosis): string[] {
  return destinations.flatMap(({ destination, checks }) => [
    '',
    `${destination.charAt(0).toUpperCase()}${destination.slice(1)}:`,
    ...checks.flatMap(({ name, ok, words, cure }) => [
      `  ${ok ? '✓' : '✗'} ${name.padEnd(6)}  ${words}`,
      ...(cure === '' ? [] : [`            ${cure}`]),
    ]),
  ])
}

function conclude({ verdict, destinations, traceIds: [caller, callee] }: Diagnosis): string {
  if (verdict === 'misconfigured') return 'Nothing was sent: the configuration cannot be honoured.'
  if (destinations.length === 0) return 'Spans go nowhere: export is turned off.'
  return `The test traces are ${caller} (caller) and ${callee} (callee); each links to the other.`
}

/** The longest value on the screen, in characters; --json has all of it. */
const LONGEST = 100

function shorten(value: string): string {
  return value.length > LONGEST ? `${value.slice(0, LONGEST)}…` : value
}
