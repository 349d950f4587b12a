/** Field names longer than this, or a path of more steps, come from no OTLP sender. */
const longestName = 64
const mostSteps = 40

/**
 * The path of the value around byte `at` of a JSON text that is well-formed up to there, like
 * `resourceSpans[0].scopeSpans[0].spans[3].name`; empty at the top. Only used to explain an error: it reads the text again.
 */
export const jsonPathAt = (bytes: Buffer, at: number): string => {
  const steps: (string | number)[] = []
  let name = ''
  for (let i = 0; i < at; ) {
    const byte = bytes[i] as number
    i++
    if (byte === 0x22) {
      const start = i
      while (i < at && bytes[i] !== 0x22) i += bytes[i] === 0x5c ? 2 : 1
      name = bytes.toString('utf8', start, Math.min(i, start + longestName))
      i++
    } else if (byte === 0x3a) steps[steps.length - 1] = name
    else if (byte === 0x7b) steps.push('')
    else if (byte === 0x5b) steps.push(0)
    else if (byte === 0x7d || byte === 0x5d) steps.pop()
    else if (byte === 0x2c) {
      const step = steps[steps.length - 1]
      steps[steps.length - 1] = typeof step === 'number' ? step + 1 : ''
    }
  }
  return steps
    .slice(0, mostSteps)
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`))
    .join('')
    .replace(/^\.|\.$/g, '')
}
