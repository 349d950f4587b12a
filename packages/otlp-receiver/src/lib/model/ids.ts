const traceIdPattern = /^(?!0{32})[0-9a-f]{32}$/
const spanIdPattern = /^(?!0{16})[0-9a-f]{16}$/

/** Whether `id` is 16 bytes of lowercase hex and not all zero. */
export const isTraceId = (id: string): boolean => traceIdPattern.test(id)

/** Whether `id` is 8 bytes of lowercase hex and not all zero. */
export const isSpanId = (id: string): boolean => spanIdPattern.test(id)
