import { toExpectations } from './expectation.ts'
import type { ExpectedSpan } from './expected-span.ts'
import { explainMismatch } from './explain-mismatch.ts'
import { matchTraces, resemblance } from './match-traces.ts'
import { renderTraces } from './render-traces.ts'
import type { SpanRecord } from './span-record.ts'
import type { SpanSource } from './span-source.ts'
import { toSpanRecords } from './to-span-records.ts'
import { type Trace, traceForest } from './trace-forest.ts'

/** Thrown by {@link expectTraces}; the message lists the differences and draws what was received. */
export class TraceMismatchError extends Error {
  override readonly name = 'TraceMismatchError'
  readonly code = 'TRACE_MISMATCH'
  // Private, so that whoever prints the error does not print them after the message that has them already.
  readonly #differences: readonly string[]
  readonly #received: string

  constructor(differences: readonly string[], received: string) {
    const places = differences.length === 1 ? 'one place' : `${differences.length} places`
    super(
      [
        `The traces are not the expected ones, in ${places}:`,
        ...differences.map((difference) => `  ${difference}`),
        '',
        ...(received === '' ? ['No span was received.'] : ['Received:', '', received]),
      ].join('\n'),
    )
    this.#differences = differences
    this.#received = received
  }

  get differences(): readonly string[] {
    return this.#differences
  }

  /** What was received, as {@link renderTraces} draws it with ids. */
  get received(): string {
    return this.#received
  }
}

/**
 * Compares whole traces, and the links between them, with a nested literal. Lists of spans, children and
 * links are complete but in any order, and each root is the only one of its trace.
 *
 *     const { caller } = expectTraces(recorder.spans, [
 *       { name: 'GET /roll', children: [{ name: 'GET', kind: 'client', as: 'caller' }] },
 *       { name: 'GET /dice', kind: 'server', links: [{ to: 'caller', relation: 'caller' }] },
 *     ])
 *
 * @returns the received spans by the labels (`as`) of the expected ones
 * @throws TraceMismatchError (`TRACE_MISMATCH`) if they are not the expected ones
 * @throws InvalidExpectationError (`INVALID_EXPECTATION`) for a label given twice, or to no span
 */
export function expectTraces(
  source: SpanSource,
  expected: readonly ExpectedSpan[],
): Record<string, SpanRecord> {
  const expectations = toExpectations(expected)
  const spans = toSpanRecords(source)
  const traces = traceForest(spans)
  const tops = traces.flatMap((trace) => trace.tops)
  const resembles = resemblance()
  const result = matchTraces(expectations, tops, resembles)
  const differences = traces.flatMap(rootDifferences)
  if (result.outcome === 'mismatch') differences.push(...explainMismatch(expectations, tops, resembles))
  if (result.outcome === 'too many attempts') differences.push(TOO_MANY_ATTEMPTS)
  if (result.outcome === 'match' && differences.length === 0) return Object.fromEntries(result.labelled)
  throw new TraceMismatchError(differences, renderTraces(spans, { ids: true }))
}

const TOO_MANY_ATTEMPTS =
  'So many spans look alike that no assignment with the expected links was found. Tell them apart by attributes.'

function rootDifferences({ traceId, tops }: Trace): string[] {
  const roots = tops.filter(({ span }) => span.parentSpanId === undefined)
  const names = roots.map(({ span }) => span.name).join(', ')
  return roots.length > 1 ? [`trace ${traceId}: has ${roots.length} roots, ${names}`] : []
}
