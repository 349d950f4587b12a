/** Of each byte its two lowercase hex digits. */
const hexDigits = Uint16Array.from({ length: 512 }, (_, i) =>
  ((i & 1 ? i >> 1 : i >> 5) & 15).toString(16).charCodeAt(0),
)

/** Four times as fast as Buffer's own hex for so few bytes. */
export const hexOf8 = (b: Uint8Array, at: number): string => {
  const d = hexDigits
  const i0 = (b[at] as number) << 1
  const i1 = (b[at + 1] as number) << 1
  const i2 = (b[at + 2] as number) << 1
  const i3 = (b[at + 3] as number) << 1
  const i4 = (b[at + 4] as number) << 1
  const i5 = (b[at + 5] as number) << 1
  const i6 = (b[at + 6] as number) << 1
  const i7 = (b[at + 7] as number) << 1
  return String.fromCharCode(
    d[i0] as number,
    d[i0 + 1] as number,
    d[i1] as number,
    d[i1 + 1] as number,
    d[i2] as number,
    d[i2 + 1] as number,
    d[i3] as number,
    d[i3 + 1] as number,
    d[i4] as number,
    d[i4 + 1] as number,
    d[i5] as number,
    d[i5 + 1] as number,
    d[i6] as number,
    d[i6 + 1] as number,
    d[i7] as number,
    d[i7 + 1] as number,
  )
}

export const hexOf16 = (b: Uint8Array, at: number): string => {
  const d = hexDigits
  return String.fromCharCode(
    d[(b[at + 0] as number) << 1] as number,
    d[((b[at + 0] as number) << 1) + 1] as number,
    d[(b[at + 1] as number) << 1] as number,
    d[((b[at + 1] as number) << 1) + 1] as number,
    d[(b[at + 2] as number) << 1] as number,
    d[((b[at + 2] as number) << 1) + 1] as number,
    d[(b[at + 3] as number) << 1] as number,
    d[((b[at + 3] as number) << 1) + 1] as number,
    d[(b[at + 4] as number) << 1] as number,
    d[((b[at + 4] as number) << 1) + 1] as number,
    d[(b[at + 5] as number) << 1] as number,
    d[((b[at + 5] as number) << 1) + 1] as number,
    d[(b[at + 6] as number) << 1] as number,
    d[((b[at + 6] as number) << 1) + 1] as number,
    d[(b[at + 7] as number) << 1] as number,
    d[((b[at + 7] as number) << 1) + 1] as number,
    d[(b[at + 8] as number) << 1] as number,
    d[((b[at + 8] as number) << 1) + 1] as number,
    d[(b[at + 9] as number) << 1] as number,
    d[((b[at + 9] as number) << 1) + 1] as number,
    d[(b[at + 10] as number) << 1] as number,
    d[((b[at + 10] as number) << 1) + 1] as number,
    d[(b[at + 11] as number) << 1] as number,
    d[((b[at + 11] as number) << 1) + 1] as number,
    d[(b[at + 12] as number) << 1] as number,
    d[((b[at + 12] as number) << 1) + 1] as number,
    d[(b[at + 13] as number) << 1] as number,
    d[((b[at + 13] as number) << 1) + 1] as number,
    d[(b[at + 14] as number) << 1] as number,
    d[((b[at + 14] as number) << 1) + 1] as number,
    d[(b[at + 15] as number) << 1] as number,
    d[((b[at + 15] as number) << 1) + 1] as number,
  )
}
