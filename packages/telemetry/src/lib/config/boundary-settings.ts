import { checkInbound } from '../boundary/check-inbound.ts'
import type { InboundPolicy } from '../boundary/inbound-policy.ts'
import { parseInbound } from '../boundary/parse-inbound.ts'
import { parsePathPattern } from '../boundary/path-pattern.ts'
import { isBaggageKey } from '../propagation/baggage-header.ts'
import { parseHostPattern } from '../propagation/host-pattern.ts'
import type { Kind } from './kind.ts'
import { flag, listOf, oneOf, Refusal } from './kind.ts'
import { setting } from './setting.ts'

const inbound: Kind<InboundPolicy> = {
  expected: 'continue, link, ignore, or rules such as GET /hooks/*=link:untrusted,/*=continue',
  parse(raw) {
    if (typeof raw === 'string') {
      const { policy, problems } = parseInbound(raw)
      return policy ?? new Refusal(...problems)
    }
    const problems = checkInbound(raw)
    // What has no problem is a policy: that is what checkInbound decides.
    return problems.length === 0 ? (raw as InboundPolicy) : new Refusal(...problems)
  },
}

const path: Kind<string> = {
  expected: 'paths such as /healthz or /internal/*',
  parse: (raw) =>
    typeof raw === 'string' && parsePathPattern(raw) !== undefined
      ? raw
      : new Refusal({ cure: 'Begin it with /, and use * only at its end.' }),
}

const host: Kind<string> = {
  expected: 'hosts such as api.example.com, *.example.com or [::1]:8080',
  parse: (raw) =>
    typeof raw === 'string' && parseHostPattern(raw) !== undefined
      ? raw
      : new Refusal({
          cure: 'Write the host alone, or with its port; use * only in front, as in *.example.com.',
        }),
}

const baggageKey: Kind<string> = {
  expected: 'baggage keys such as tenant',
  parse: (raw) =>
    typeof raw === 'string' && isBaggageKey(raw)
      ? raw
      : new Refusal({ cure: 'Write each key as it is in the baggage header.' }),
}

/** What crosses the boundary between services, and what is made of it. */
export const boundarySettings = {
  inbound: setting({
    env: ['LINKED_TRACES_INBOUND'],
    option: 'inbound',
    kind: inbound,
    default: 'continue',
    doc: 'What the trace context of incoming requests is used for. In code also rules as objects, or a function of the request.',
  }),
  untrustedBaggage: setting({
    env: ['LINKED_TRACES_UNTRUSTED_BAGGAGE'],
    option: 'untrustedBaggage',
    kind: listOf(baggageKey),
    default: [],
    defaultText: 'none',
    doc: 'Baggage that is taken from untrusted callers too, key by key; all other of theirs is dropped.',
  }),
  propagateTo: setting({
    env: ['LINKED_TRACES_PROPAGATE_TO'],
    option: 'propagateTo',
    kind: listOf(host, 'none'),
    default: undefined,
    defaultText: 'everywhere',
    doc: 'Where context is sent with HTTP requests. Requests to other hosts make their span, and carry none of our headers.',
  }),
  forwardLinks: setting({
    env: ['LINKED_TRACES_FORWARD_LINKS'],
    option: 'forwardLinks',
    kind: flag,
    default: true,
    doc: 'Linked roots answer trusted callers with their ids, and outgoing calls link to the root they started.',
  }),
  untracedPaths: setting({
    env: ['LINKED_TRACES_UNTRACED_PATHS'],
    option: 'untracedPaths',
    kind: listOf(path),
    default: [],
    doc: 'Requests that make no spans, such as health checks.',
  }),
  propagators: setting({
    env: ['OTEL_PROPAGATORS'],
    option: 'propagators',
    kind: listOf(
      oneOf(['tracecontext', 'baggage', 'b3', 'b3multi'], { none: 'Use none alone, or leave it out.' }),
      'none',
    ),
    default: ['tracecontext', 'baggage'],
    doc: 'The headers in which context travels between services.',
  }),
}
