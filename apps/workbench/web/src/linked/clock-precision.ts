const millisecond = 1_000_000

/**
 * How exactly a span's start is known, in nanoseconds. OpenTelemetry's SDK for JavaScript takes starts from a clock of whole milliseconds
 * and ends from a finer one, so that a callee can seem to outlast its call by a fraction of one.
 */
export const clockPrecision = (startTimeUnixNano: string): number =>
  startTimeUnixNano.endsWith('000000') ? millisecond : 1
