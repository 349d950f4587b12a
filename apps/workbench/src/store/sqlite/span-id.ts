import { nibbles } from './nibbles.ts'

const word64 = new DataView(new ArrayBuffer(8))

/** A span id as the 64-bit integer the database keeps. */
export function spanIdToInteger(spanId: string): bigint {
  for (let at = 0; at < 8; at++) {
    const high = nibbles[spanId.charCodeAt(at * 2)] as number
    word64.setUint8(at, (high << 4) | (nibbles[spanId.charCodeAt(at * 2 + 1)] as number))
  }
  return word64.getBigInt64(0)
}

/** The id of {@link spanIdToInteger}. */
export function integerToSpanId(integer: bigint): string {
  return BigInt.asUintN(64, integer).toString(16).padStart(16, '0')
}
