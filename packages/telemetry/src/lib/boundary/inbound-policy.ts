import type { IncomingMessage } from 'node:http'

/**
 * What a request's trace context is used for.
 *
 * - `continue`: the SERVER span is a child of the caller's span.
 * - `link`: the SERVER span is a new root with a link to the caller's span; baggage is kept for trusted callers.
 * - `ignore`: the SERVER span is a new root without a link, and there is no baggage.
 */
export type InboundMode = 'continue' | 'link' | 'ignore'

/** The mode of one request, and whether its caller is trusted. A caller is, unless the policy says otherwise. */
export interface InboundDecision {
  readonly mode: InboundMode
  /** An untrusted caller contributes nothing but a link: no baggage, no forward link, no sampling decision. */
  readonly trusted: boolean
}

/** One line of an inbound policy: the first whose path (and method) matches decides. */
export interface InboundRule {
  /**
   * `/exact`, or a prefix that ends in `*`: `/hooks/*` is `/hooks` and all below it. Compared with the path of the
   * request without its query. Case, repeated slashes, a slash at the end and needless percent-encoding make no
   * difference; a path that begins with `//`, or has `.` or `..` segments or backslashes, is decided by the strictest
   * of all rules.
   */
  readonly path: string
  /** An HTTP method in capitals; every method when absent. */
  readonly method?: string
  readonly mode: InboundMode
  /** `true` unless given. Untrusted callers cannot be continued. */
  readonly trusted?: boolean
}

/**
 * What `inbound` takes in code: a mode for all, rules, or a function asked once per request.
 *
 * The function answers at once (no promise); `undefined` is `continue`. When it throws or answers anything else, the
 * request is taken as `link` from an untrusted caller: see decisions/002-boundary.md.
 */
export type InboundPolicy =
  | InboundMode
  | readonly InboundRule[]
  | ((request: IncomingMessage) => InboundMode | InboundDecision | undefined)
