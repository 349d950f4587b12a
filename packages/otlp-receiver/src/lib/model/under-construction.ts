/** A message while a decoder may still add to it: protobuf merges a singular message field that occurs twice. */
export type UnderConstruction<T> = {
  -readonly [K in keyof T]: T[K] extends readonly (infer Item)[] ? Item[] : T[K]
}
