/** A member of a `tracestate`, with what OpenTelemetry's own says about sampling. */
export type TraceStateMember = {
  readonly key: string
  readonly value: string
  /** What `ot=th:…;rv:…` means, in words; `null` for other vendors. */
  readonly meaning: string | null
}

/** 2⁵⁶: thresholds and randomness have 56 bits (OTEP 235). */
const scale = 2 ** 56

/** Reads a `tracestate` header's list; what is no `key=value` is left as a value without a key. */
export function traceStateMembers(traceState: string): TraceStateMember[] {
  return traceState
    .split(',')
    .map((member) => member.trim())
    .filter((member) => member !== '')
    .map((member) => {
      const at = member.indexOf('=')
      const key = at < 0 ? '' : member.slice(0, at)
      const value = member.slice(at + 1)
      return { key, value, meaning: key === 'ot' ? otMeaning(value) : null }
    })
}

function otMeaning(value: string): string | null {
  const said: string[] = []
  for (const field of value.split(';')) {
    const [, name, hex = ''] = /^(th|rv):([0-9a-f]{1,14})$/.exec(field) ?? []
    if (name === 'th') {
      // Trailing zeros are left out: `th:8` is 0x80000000000000.
      const kept = 1 - Number.parseInt(hex.padEnd(14, '0'), 16) / scale
      said.push(`sampled at ${Number((kept * 100).toPrecision(3))} %`)
    }
    if (name === 'rv' && hex.length === 14) {
      said.push(`randomness ${(Number.parseInt(hex, 16) / scale).toFixed(4)} of 1`)
    }
  }
  return said.length === 0 ? null : said.join(', ')
}
