import type { TraceState } from '@opentelemetry/api'
import { trimOptionalWhitespace } from './optional-whitespace.ts'

/** Most members a list may have; one more on its right end has to go when one is added on its left. */
const MAX_MEMBERS = 32

const KEY = /^[a-z\d][a-z\d_\-*/@]{0,255}$/

/** Printable ASCII but `,` and `=`, at most 256 characters, the last of which is no space. */
const VALUE = /^[ -+\--<>-~]{0,255}[!-+\--<>-~]$/

/**
 * The list in one or several `tracestate` field values, or `undefined` if there is none.
 *
 * Several values are one list, in their order. A list with one invalid member or more than 32 members is
 * dropped as a whole. Empty members are allowed and neither counted nor kept; of several members with one key
 * the leftmost, the most recent, is kept.
 *
 * Unlike the `TraceState` of `@opentelemetry/core` and of the API, it accepts every key of level 2 (`1st`,
 * `a@b@c`), and keeps lists of any length; {@link formatTraceState} shortens them for the wire.
 *
 * Source: W3C Trace Context level 2, section "tracestate Header Field Values".
 */
export function parseTraceState(values: string | readonly string[]): TraceState | undefined {
  const list = typeof values === 'string' ? values : values.join(',')
  const members = new Map<string, string>()
  let count = 0
  for (const part of list.split(',')) {
    const member = trimOptionalWhitespace(part)
    if (member === '') continue
    const equals = member.indexOf('=')
    const key = member.slice(0, equals)
    const value = member.slice(equals + 1)
    count += 1
    if (equals === -1 || count > MAX_MEMBERS || !KEY.test(key) || !VALUE.test(value)) return undefined
    if (!members.has(key)) members.set(key, value)
  }
  return members.size === 0 ? undefined : new W3CTraceState(members)
}

/** Most characters of a list that is sent on: what level 2 asks for at least, as its callee may have no room for more. */
const MAX_SENT = 512

/** Members longer than this go first. */
const LONG_MEMBER = 128

/**
 * The `tracestate` value to send, of at most 512 characters; `undefined` where there is none, as an empty one should
 * not be sent. Whole members are left out: first those of more than 128 characters, then the others, each from the
 * right, until the rest fits. Lists of other implementations are held to the same grammar.
 *
 * Source: W3C Trace Context level 2, section "tracestate Limits".
 */
export function formatTraceState(traceState: TraceState | undefined): string | undefined {
  if (traceState === undefined) return undefined
  const checked = traceState instanceof W3CTraceState ? traceState : parseTraceState(traceState.serialize())
  const list = checked?.serialize()
  if (!list || list.length <= MAX_SENT) return list || undefined
  const members = list.split(',')
  let excess = list.length - MAX_SENT
  const isKept = (removable: (member: string) => boolean) => (member: string) => {
    if (excess <= 0 || !removable(member)) return true
    excess -= member.length + 1
    return false
  }
  return (
    members
      .reverse()
      .filter(isKept((member) => member.length > LONG_MEMBER))
      .filter(isKept(() => true))
      .reverse()
      .join(',') || undefined
  )
}

class W3CTraceState implements TraceState {
  /** In list order, leftmost first; never changed after construction. */
  private readonly members: ReadonlyMap<string, string>
  /** The list as it is sent with every request of a trace, once somebody has asked for it. */
  private serialized: string | undefined

  constructor(members: ReadonlyMap<string, string>) {
    this.members = members
  }

  get(key: string): string | undefined {
    return this.members.get(key)
  }

  set(key: string, value: string): TraceState {
    if (!KEY.test(key) || !VALUE.test(value)) return this
    const others = [...this.members].filter(([other]) => other !== key)
    return new W3CTraceState(new Map([[key, value], ...others.slice(0, MAX_MEMBERS - 1)]))
  }

  unset(key: string): TraceState {
    return new W3CTraceState(new Map([...this.members].filter(([other]) => other !== key)))
  }

  serialize(): string {
    this.serialized ??= Array.from(this.members, ([key, value]) => `${key}=${value}`).join(',')
    return this.serialized
  }
}
