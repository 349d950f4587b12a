/** What is to become of the sender's trace at the receiver's end: continued, or linked to from a new one. */
export type CarrierRelation = 'continue' | 'link'

/**
 * Header (message attribute) by which a sender states the {@link CarrierRelation} it wants, beside
 * `traceparent`. Without it, or with any other value, the trace is continued, as everywhere.
 */
export const RELATION_HEADER = 'linked-traces-relation'
