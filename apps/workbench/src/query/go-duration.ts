const unitNanos = new Map([
  ['ns', 1n],
  ['us', 1_000n],
  ['µs', 1_000n],
  ['μs', 1_000n],
  ['ms', 1_000_000n],
  ['s', 1_000_000_000n],
  ['m', 60_000_000_000n],
  ['h', 3_600_000_000_000n],
])

/** A duration as Go's `time.Duration.String` writes it, and so Axiom: `182.798961ms`, `41.5µs`, `1m0s`. */
export function formatGoDuration(nanos: bigint): string {
  if (nanos < 0n) return `-${formatGoDuration(-nanos)}`
  if (nanos === 0n) return '0s'
  if (nanos < 1_000n) return `${nanos}ns`
  if (nanos < 1_000_000n) return `${decimal(nanos, 3)}µs`
  if (nanos < 1_000_000_000n) return `${decimal(nanos, 6)}ms`
  const minutes = nanos / 60_000_000_000n
  const seconds = `${decimal(nanos % 60_000_000_000n, 9)}s`
  if (minutes === 0n) return seconds
  return minutes < 60n ? `${minutes}m${seconds}` : `${minutes / 60n}h${minutes % 60n}m${seconds}`
}

/** Nanoseconds of a duration as Go's `time.ParseDuration` reads it (`250ms`, `1.5s`, `1m30s`), but never below 0; otherwise `undefined`. */
export function parseGoDuration(text: string): bigint | undefined {
  if (text === '0') return 0n
  if (!/^(?:\d{1,15}(?:\.\d{1,9})?(?:ns|us|µs|μs|ms|s|m|h))+$/.test(text)) return undefined
  let nanos = 0n
  for (const [, whole = '', fraction = '', unit = ''] of text.matchAll(/(\d+)(?:\.(\d+))?([^\d.]+)/g)) {
    const scale = unitNanos.get(unit) ?? 0n
    nanos += BigInt(whole) * scale + (BigInt(fraction || 0) * scale) / 10n ** BigInt(fraction.length)
  }
  return nanos
}

/** `nanos` with the decimal point moved left by `digits`, without trailing zeros. */
function decimal(nanos: bigint, digits: number): string {
  const scale = 10n ** BigInt(digits)
  const fraction = String(nanos % scale)
    .padStart(digits, '0')
    .replace(/0+$/, '')
  return fraction === '' ? `${nanos / scale}` : `${nanos / scale}.${fraction}`
}
