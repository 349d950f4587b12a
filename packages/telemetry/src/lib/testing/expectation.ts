import type { ExpectedLink, ExpectedSpan } from './expected-span.ts'

/**
 * An {@link ExpectedSpan} made ready for comparison: an object of its own, as a test may list the same
 * literal several times.
 */
export interface Expectation extends ExpectedSpan {
  /** Whether it is listed at the top, so that its parent must not be among the spans. */
  readonly isTop: boolean
  readonly links: readonly ExpectedLink[]
  readonly children: readonly Expectation[]
}

/** Thrown where an expectation contradicts itself, whatever is received. */
export class InvalidExpectationError extends Error {
  override readonly name = 'InvalidExpectationError'
  readonly code = 'INVALID_EXPECTATION'
}

/** @throws InvalidExpectationError for a label given twice, or to no span */
export function toExpectations(expected: readonly ExpectedSpan[]): Expectation[] {
  const expectations = expected.map((span) => toExpectation(span, true))
  const labels = new Set<string>()
  for (const { as } of inPreOrder(expectations)) {
    if (as === undefined) continue
    if (labels.has(as))
      throw new InvalidExpectationError(`Two expected spans are labelled "${as}". Rename one of them.`)
    labels.add(as)
  }
  for (const { links } of inPreOrder(expectations)) {
    for (const { to } of links) {
      if (typeof to !== 'string' || labels.has(to)) continue
      const known =
        labels.size > 0 ? `The labels are: ${[...labels].join(', ')}.` : 'No span is labelled at all.'
      throw new InvalidExpectationError(
        `A link is expected to "${to}", but no expected span has \`as: '${to}'\`. ${known}`,
      )
    }
  }
  return expectations
}

/** Expected spans with all below them, each before its children. */
export function inPreOrder(expectations: readonly Expectation[]): Expectation[] {
  return expectations.flatMap((expectation) => [expectation, ...inPreOrder(expectation.children)])
}

function toExpectation(span: ExpectedSpan, isTop: boolean): Expectation {
  const { links = [], children = [] } = span
  return { ...span, isTop, links, children: children.map((child) => toExpectation(child, false)) }
}
