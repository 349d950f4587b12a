/**
 * A header field value without the optional whitespace around it: space and tab only (RFC 9110 section
 * 5.6.3), so that a no-break space or a newline still makes a value invalid. A loop, as a regular expression
 * would take quadratic time on a long run of spaces inside the value.
 */
export function trimOptionalWhitespace(value: string): string {
  let start = 0
  let end = value.length
  while (start < end && isOptionalWhitespace(value.charCodeAt(start))) start += 1
  while (end > start && isOptionalWhitespace(value.charCodeAt(end - 1))) end -= 1
  return value.slice(start, end)
}

function isOptionalWhitespace(charCode: number): boolean {
  return charCode === 0x20 || charCode === 0x09
}
