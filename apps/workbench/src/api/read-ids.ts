import { Problem } from '@linked-traces/service/problem'

/** A trace id of a request's path, in lowercase. Throws a 400 {@link Problem}. */
export const readTraceId = (value: string): string => readId(value, 'trace', 32)

/** A span id of a request's path, in lowercase. Throws a 400 {@link Problem}. */
export const readSpanId = (value: string): string => readId(value, 'span', 16)

function readId(value: string, noun: string, length: number): string {
  const id = value.toLowerCase()
  if (id.length === length && /^[0-9a-f]+$/.test(id) && !/^0+$/.test(id)) return id
  throw new Problem({
    status: 400,
    code: `invalid_${noun}_id`,
    detail: `A ${noun} id is ${length} hex digits and not all zero.`,
  })
}
