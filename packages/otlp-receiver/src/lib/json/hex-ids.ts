/** Each byte's lowercase hex digit, 0 for every other byte. */
const hexDigits = Uint8Array.from({ length: 256 }, (_, byte) =>
  /[0-9a-fA-F]/.test(String.fromCharCode(byte)) ? String.fromCharCode(byte).toLowerCase().charCodeAt(0) : 0,
)

/** Sixteen hex digits in lowercase, empty if one of them is none. */
export const hexOf8 = (b: Uint8Array, at: number): string => {
  for (let i = 0; i < 16; i++) if (hexDigits[b[at + i] as number] === 0) return ''
  const digit = (i: number): number => hexDigits[b[at + i] as number] as number
  // Written out: an array of them would have to be made, and spread, for each id.
  return String.fromCharCode(
    digit(0),
    digit(1),
    digit(2),
    digit(3),
    digit(4),
    digit(5),
    digit(6),
    digit(7),
    digit(8),
    digit(9),
    digit(10),
    digit(11),
    digit(12),
    digit(13),
    digit(14),
    digit(15),
  )
}

/** Thirty-two hex digits in lowercase, empty if one of them is none. */
export const hexOf16 = (b: Uint8Array, at: number): string => {
  for (let i = 0; i < 32; i++) if (hexDigits[b[at + i] as number] === 0) return ''
  const digit = (i: number): number => hexDigits[b[at + i] as number] as number
  return String.fromCharCode(
    digit(0),
    digit(1),
    digit(2),
    digit(3),
    digit(4),
    digit(5),
    digit(6),
    digit(7),
    digit(8),
    digit(9),
    digit(10),
    digit(11),
    digit(12),
    digit(13),
    digit(14),
    digit(15),
    digit(16),
    digit(17),
    digit(18),
    digit(19),
    digit(20),
    digit(21),
    digit(22),
    digit(23),
    digit(24),
    digit(25),
    digit(26),
    digit(27),
    digit(28),
    digit(29),
    digit(30),
    digit(31),
  )
}
