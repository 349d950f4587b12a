/**
 * Attribute, on every link this project makes, that says what the linked span is to the span holding the
 * link.
 */
export const ATTR_LINK_RELATION = 'linked_traces.relation'

/**
 * The vocabulary of {@link ATTR_LINK_RELATION}. Every relation but `callee` points from effect to cause. Why
 * these and no more: decisions/004-link-relations.md.
 *
 * - `caller`: it called us over a boundary, and we started a new root instead of continuing its trace.
 * - `callee`: the new root our call started on the far side (the forward link of a `caller` link).
 * - `origin`: the span this work was started from, in a trace of its own.
 * - `message`: a message we consume.
 * - `previous_attempt`: an earlier try at the same work.
 * - `part`: one of the parts we gather (fan-in).
 * - `result`: it made, in work of its own, the result we answer with (a finished job, a cached value).
 */
export type LinkRelation = 'caller' | 'callee' | 'origin' | 'message' | 'previous_attempt' | 'part' | 'result'
