/** A row's `_time` or `_sysTime` (RFC 3339 in UTC, up to nine digits of a second) as decimal nanoseconds since 1970. */
export function nanosOfTime(text: string): string {
  const [, second = '', fraction = ''] = /^(.{19})(?:\.(\d{1,9}))?Z$/.exec(text) ?? []
  return String(BigInt(Date.parse(`${second}Z`)) * 1_000_000n + BigInt(fraction.padEnd(9, '0')))
}

const nanosEach: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  μs: 1e3,
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3_600e9,
}

/** A row's `duration`, as Go writes them (`182.798961ms`, `1h2m0.5s`), in nanoseconds; `NaN` for anything else. */
export function nanosOfDuration(text: string): number {
  const [, sign, terms] = /^(-?)((?:\d+(?:\.\d+)?(?:ns|us|µs|μs|ms|s|m|h))+|0)$/.exec(text) ?? []
  if (terms === undefined) return Number.NaN
  let nanos = 0
  for (const [, count, unit] of terms.matchAll(/([\d.]+)([a-zµμ]+)/g))
    nanos += Number(count) * (nanosEach[unit ?? ''] ?? 0)
  return sign === '-' ? -nanos : nanos
}
