/** Whether `id` is 16 bytes of lowercase hex and not all zero. */
export const isTraceId = (id: string): boolean => id.length === 32 && isNonzeroHex(id)

/** Whether `id` is 8 bytes of lowercase hex and not all zero. */
export const isSpanId = (id: string): boolean => id.length === 16 && isNonzeroHex(id)

/** A loop: half the time of a regular expression, for two ids of every span and every link. */
const isNonzeroHex = (id: string): boolean => {
  let bits = 0
  for (let i = 0; i < id.length; i++) {
    const code = id.charCodeAt(i)
    const isHex = (code >= 0x30 && code <= 0x39) || (code >= 0x61 && code <= 0x66)
    if (!isHex) return false
    bits |= code ^ 0x30
  }
  return bits !== 0
}
