/** A span id as the 64-bit integer the database keeps. */
export function spanIdToInteger(spanId: string): bigint {
  const high = Number.parseInt(spanId.slice(0, 8), 16) | 0
  const low = Number.parseInt(spanId.slice(8), 16)
  return (BigInt(high) << 32n) | BigInt(low)
}

/** The id of {@link spanIdToInteger}. */
export function integerToSpanId(integer: bigint): string {
  return BigInt.asUintN(64, integer).toString(16).padStart(16, '0')
}
