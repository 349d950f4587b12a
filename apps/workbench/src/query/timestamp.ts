/** Nanoseconds since the Unix epoch as RFC 3339 in UTC with all nine digits. */
export function formatTimestamp(nanos: bigint): string {
  const seconds = new Date(Number(nanos / 1_000_000_000n) * 1_000).toISOString().slice(0, 19)
  return `${seconds}.${String(nanos % 1_000_000_000n).padStart(9, '0')}Z`
}

const rfc3339 = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/

/** Nanoseconds since the Unix epoch of an RFC 3339 time, or of decimal nanoseconds, 0 … 2^64−1; otherwise `undefined`. */
export function parseTimestamp(text: string): bigint | undefined {
  const nanos = /^\d{1,20}$/.test(text) ? BigInt(text) : parseRfc3339(text.toUpperCase())
  return nanos !== undefined && nanos >= 0n && nanos < 2n ** 64n ? nanos : undefined
}

function parseRfc3339(text: string): bigint | undefined {
  const [, seconds = '', fraction = '', zone = ''] = rfc3339.exec(text) ?? []
  // A day that its month lacks would otherwise be read as one of the next month.
  const asUtc = new Date(`${seconds}Z`)
  if (Number.isNaN(asUtc.getTime()) || asUtc.toISOString().slice(0, 19) !== seconds) return undefined
  const millis = Date.parse(`${seconds}${zone}`)
  return Number.isNaN(millis) ? undefined : BigInt(millis) * 1_000_000n + BigInt(fraction.padEnd(9, '0'))
}
