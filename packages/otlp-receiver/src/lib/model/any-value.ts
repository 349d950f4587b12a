/**
 * One attribute value, exactly as sent: no member of the wire's `oneof` is merged into another.
 *
 * `int` is a 64-bit signed integer, `double` may be NaN or ±Infinity, `empty` is a value that was left unset.
 * Source: opentelemetry/proto/common/v1/common.proto, `AnyValue`.
 */
export type AnyValue =
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'bool'; readonly value: boolean }
  | { readonly type: 'int'; readonly value: bigint }
  | { readonly type: 'double'; readonly value: number }
  | { readonly type: 'bytes'; readonly value: Uint8Array }
  | { readonly type: 'array'; readonly value: readonly AnyValue[] }
  | { readonly type: 'kvlist'; readonly value: readonly KeyValue[] }
  | { readonly type: 'empty'; readonly value: null }

/** One attribute; the order and the duplicates of the wire are kept. */
export type KeyValue = { readonly key: string; readonly value: AnyValue }

/** The value of an attribute that was sent without one. */
export const emptyValue: AnyValue = Object.freeze({ type: 'empty', value: null })
