const USER_AGENT = 'user-agent'

/** Lines of undici 5's head. A value holds no line break. */
const USER_AGENT_LINES = /^user-agent:(.*)$/gim

/**
 * The last `user-agent` of a request of undici; `undefined` where there is none, or nothing in it.
 *
 * @param headers names and values in turn; in undici 5 the lines of the head
 */
export function userAgentOf(headers: unknown): string | undefined {
  if (typeof headers === 'string') return ofLines(headers)
  if (!Array.isArray(headers)) return undefined
  let value: unknown
  for (let index = 0; index < headers.length; index += 2) {
    const name: unknown = headers[index]
    if (typeof name === 'string' && name.length === USER_AGENT.length && name.toLowerCase() === USER_AGENT) {
      value = headers[index + 1]
    }
  }
  if (!value) return undefined
  // One name may come with several values.
  return Array.isArray(value) ? value.at(-1) : String(value)
}

function ofLines(head: string): string | undefined {
  const values = Array.from(head.matchAll(USER_AGENT_LINES), ([, value = '']) => value.trim())
  return values.some((value) => value !== '') ? values.at(-1) : undefined
}
