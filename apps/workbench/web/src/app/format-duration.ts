const units = [
  ['ns', 1],
  ['µs', 1e3],
  ['ms', 1e6],
  ['s', 1e9],
] as const

/**
 * A duration in nanoseconds for reading, always with its unit: `640 ns`, `12.4 ms`, `1.25 s`, `2 min 5 s`, `3 h 20 min`, `4 d 2 h`.
 *
 * Three digits are enough to compare and short enough to scan; the exact value belongs into a tooltip.
 */
export function formatDuration(nanos: number): string {
  if (nanos < 0) return `−${formatDuration(-nanos)}`
  if (nanos >= 59.995e9) return formatLong(Math.round(nanos / 1e9))
  let [unit, size]: readonly [string, number] = units[0]
  // What rounds to 1000 of a unit is 1 of the next.
  for (const [name, nanosEach] of units) if (nanos >= 0.9995 * nanosEach) [unit, size] = [name, nanosEach]
  return `${threeDigits(nanos / size)} ${unit}`
}

function formatLong(seconds: number): string {
  if (seconds < 3_600) return pair(seconds, 60, 'min', 's')
  if (seconds < 86_400) return pair(Math.round(seconds / 60), 60, 'h', 'min')
  return pair(Math.round(seconds / 3_600), 24, 'd', 'h')
}

function pair(count: number, large: number, largeUnit: string, smallUnit: string): string {
  const rest = count % large
  const whole = `${Math.floor(count / large)} ${largeUnit}`
  return rest === 0 ? whole : `${whole} ${rest} ${smallUnit}`
}

function threeDigits(value: number): string {
  const digits = value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2
  return value.toFixed(digits).replace(/\.?0+$/, digits === 0 ? '$&' : '')
}
