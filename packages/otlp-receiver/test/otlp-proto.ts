import { fileURLToPath } from 'node:url'
import protobuf from 'protobufjs'

const root = protobuf.loadSync(fileURLToPath(new URL('./otlp.proto', import.meta.url)))

/** A message type of test/otlp.proto, read by protobufjs: an implementation that owes this package nothing. */
export const messageType = (name: string): protobuf.Type =>
  root.lookupType(name).resolveAll() as protobuf.Type

/** Encodes `value`, given with the proto's names in camelCase. */
export const encodeMessage = (name: string, value: Record<string, unknown>): Uint8Array =>
  messageType(name).encode(messageType(name).fromObject(value)).finish()

/** Decodes `bytes` into a plain object; 64-bit numbers as strings, unset fields left out. */
export const decodeMessage = (name: string, bytes: Uint8Array): Record<string, unknown> =>
  messageType(name).toObject(messageType(name).decode(bytes), { longs: String, bytes: Array })
