/**
 * Links between traces, and the carriers that take a trace context from one process to another. Needs nothing
 * but `@opentelemetry/api`, and works with any SDK or none.
 */
export type { Carrier } from './lib/links/carrier.ts'
export { type CarrierRelation, RELATION_HEADER } from './lib/links/carrier-relation.ts'
export { type ExtractedCarrier, type ExtractOptions, extractCarrier } from './lib/links/extract-carrier.ts'
export { type InjectOptions, injectCarrier } from './lib/links/inject-carrier.ts'
export {
  ATTR_LINK_BATCH_COUNT,
  ATTR_LINK_BATCH_INDEX,
  type LinkOptions,
  type LinksOptions,
  type LinkTarget,
  linksTo,
  linkTo,
} from './lib/links/link-to.ts'
export { ATTR_LINK_RELATION, type LinkRelation } from './lib/links/relation.ts'
export { calleeOf } from './lib/links/trace-response.ts'
export { EVENT_ROOT_STARTED, type LinkedRootOptions, withLinkedRoot } from './lib/links/with-linked-root.ts'
