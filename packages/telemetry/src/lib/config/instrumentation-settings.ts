import { flag, oneOf } from './kind.ts'
import { setting } from './setting.ts'

/** What makes spans without being asked, and of what. */
export const instrumentationSettings = {
  serverSpans: setting({
    env: ['LINKED_TRACES_SERVER_SPANS'],
    option: 'serverSpans',
    kind: oneOf(['fast', 'stock']),
    default: 'fast',
    doc: 'What makes the spans of incoming requests: fast is this package, stock is @opentelemetry/instrumentation-http. They make the same spans.',
  }),
  clientSpans: setting({
    env: ['LINKED_TRACES_CLIENT_SPANS'],
    option: 'clientSpans',
    kind: oneOf(['fast', 'stock']),
    default: 'fast',
    doc: 'What makes the spans of requests that undici and fetch send: fast is this package, stock is @opentelemetry/instrumentation-undici. They make the same spans; the fast ones end where nobody reads a response, too.',
  }),
  expressSpans: setting({
    env: ['LINKED_TRACES_EXPRESS_SPANS'],
    option: 'expressSpans',
    kind: flag,
    default: false,
    doc: 'Request handlers of Express get spans of their own, below those of their requests.',
  }),
}
