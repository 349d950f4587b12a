import type { Expectation } from './expectation.ts'
import type { Resembles } from './match-traces.ts'
import { maximumMatching } from './maximum-matching.ts'
import type { SpanRecord } from './span-record.ts'
import { spanDifferences } from './span-differences.ts'
import type { TraceNode } from './trace-forest.ts'

interface Pair {
  readonly path: string
  readonly expectation: Expectation
  readonly node: TraceNode
}

/**
 * In what received spans are not the expected ones, a line each; every expected span is compared with the
 * most similar received one.
 */
export function explainMismatch(
  expectations: readonly Expectation[],
  tops: readonly TraceNode[],
  resembles: Resembles,
): string[] {
  const pairs: Pair[] = []
  const lines: string[] = []
  const compare = (
    expected: readonly Expectation[],
    nodes: readonly TraceNode[],
    above: string,
    inOrder = false,
  ) => {
    const found = inOrder ? expected.map((_, index) => nodes[index]) : pairUp(expected, nodes, resembles)
    for (const [index, expectation] of expected.entries()) {
      const node = found[index]
      const path = `${above}${expectation.name}`
      if (node === undefined) {
        lines.push(`${path}: is missing`)
        continue
      }
      pairs.push({ path, expectation, node })
      compare(expectation.children, node.children, `${path} › `, expectation.childrenInOrder)
    }
    for (const node of nodes)
      if (!found.includes(node)) lines.push(`${above}${node.span.name}: is not expected`)
  }
  compare(expectations, tops, '')

  const labelled = new Map<string, SpanRecord>()
  for (const { expectation, node } of pairs)
    if (expectation.as !== undefined) labelled.set(expectation.as, node.span)
  return [
    ...lines,
    ...pairs.flatMap(({ path, expectation, node }) =>
      spanDifferences(expectation, node.span, labelled).map((difference) => `${path}: ${difference}`),
    ),
  ]
}

/**
 * What resembles each other first; then what has the same name, if need be with differences; then whoever
 * alone is left on both sides.
 */
function pairUp(
  expected: readonly Expectation[],
  nodes: readonly TraceNode[],
  resembles: Resembles,
): (TraceNode | undefined)[] {
  const pairs = maximumMatching(expected, nodes, resembles)
  const differences = (expectation: Expectation, { span }: TraceNode) =>
    spanDifferences(expectation, span, new Map()).length
  const left = () => nodes.filter((node) => !pairs.includes(node))
  for (const [index, expectation] of expected.entries()) {
    pairs[index] ??= left()
      .filter(({ span }) => typeof expectation.name !== 'string' || expectation.name === span.name)
      .sort((a, b) => differences(expectation, a) - differences(expectation, b))[0]
  }
  const [onlyNode, ...otherNodes] = left()
  const alone = pairs.indexOf(undefined)
  if (
    onlyNode !== undefined &&
    otherNodes.length === 0 &&
    alone === pairs.lastIndexOf(undefined) &&
    alone !== -1
  )
    pairs[alone] = onlyNode
  return pairs
}
