const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

/**
 * Text of which bytes may be percent-encoded (RFC 3986, 2.1). Bytes that are no UTF-8 become U+FFFD, a `%` that begins no
 * encoded byte stays one. What comes out may hold any character, line breaks and NUL among them.
 */
export function decodePercent(text: string): string {
  if (!text.includes('%')) return text
  try {
    return decodeURIComponent(text)
  } catch {
    return decoder.decode(bytesOf(text))
  }
}

/** The bytes of ASCII text in which some are percent-encoded. */
function bytesOf(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length)
  let length = 0
  for (let index = 0; index < text.length; index += 1) {
    const hex = text[index] === '%' ? text.slice(index + 1, index + 3) : ''
    const isEncoded = /^[\da-f]{2}$/i.test(hex)
    bytes[length] = isEncoded ? Number.parseInt(hex, 16) : text.charCodeAt(index)
    length += 1
    if (isEncoded) index += 2
  }
  return bytes.subarray(0, length)
}

/** `baggage-octet`s other than `%` and `+`: the common case. */
const PLAIN = /^[\x21\x23\x24\x26-\x2a\x2d-\x3a\x3c-\x5b\x5d-\x7e]*$/

/**
 * Any text as `baggage-octet`s that {@link decodePercent} reads as the same text; half of a surrogate pair becomes U+FFFD.
 * Of what need not be encoded `+` is, since some receivers take it for a space.
 */
export function encodeValue(text: string): string {
  if (PLAIN.test(text)) return text
  return text
    .toWellFormed()
    .replace(/[^\x21\x23\x24\x26-\x2a\x2d-\x3a\x3c-\x5b\x5d-\x7e]+/gu, (characters) =>
      encodeURIComponent(characters),
    )
}

/** The same for text that may be encoded already: encoded bytes in it stay as they are, and so does `+`. */
export function encodeRemaining(text: string): string {
  return text
    .split(/(%[\da-f]{2}|\+)/i)
    .map((part, index) => (index % 2 === 1 ? part : encodeValue(part)))
    .join('')
}
