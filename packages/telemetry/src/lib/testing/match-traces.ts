import { type Expectation, inPreOrder } from './expectation.ts'
import { maximumMatching } from './maximum-matching.ts'
import type { SpanRecord } from './span-record.ts'
import { type Labelled, linkDifferences, spanDifferences } from './span-differences.ts'
import type { TraceNode } from './trace-forest.ts'

/**
 * Placements tried before look-alikes are given up on, as their number grows with the factorial of how many
 * there are.
 */
const MAX_ATTEMPTS = 200_000

export type MatchResult =
  | { readonly outcome: 'match'; readonly labelled: Labelled }
  | { readonly outcome: 'mismatch' | 'too many attempts' }

/** Whether a span and all below it are as expected, if every label may stand for any span. */
export type Resembles = (expectation: Expectation, node: TraceNode) => boolean

/** A {@link Resembles} that remembers its answers. */
export function resemblance(): Resembles {
  const answers = new Map<Expectation, Map<TraceNode, boolean>>()
  const resembles: Resembles = (expectation, node) => {
    const known = answers.get(expectation) ?? new Map<TraceNode, boolean>()
    answers.set(expectation, known)
    const answer =
      known.get(node) ??
      (spanDifferences(expectation, node.span, new Map()).length === 0 && childrenResemble(expectation, node))
    known.set(node, answer)
    return answer
  }
  const childrenResemble: Resembles = ({ children, childrenInOrder }, node) => {
    if (children.length !== node.children.length) return false
    if (childrenInOrder)
      return children.every((child, index) => resembles(child, node.children[index] as TraceNode))
    return !maximumMatching(children, node.children, resembles).includes(undefined)
  }
  return resembles
}

/**
 * Finds for every expected span a received one that resembles it, so that every link points at the span its
 * label stands for: places one expected span after the other, each before its children, and takes the last
 * one back where it comes to a dead end.
 */
export function matchTraces(
  expectations: readonly Expectation[],
  tops: readonly TraceNode[],
  resembles: Resembles,
): MatchResult {
  if (expectations.length !== tops.length) return { outcome: 'mismatch' }
  if (maximumMatching(expectations, tops, resembles).includes(undefined)) return { outcome: 'mismatch' }

  // Whoever has the fewest candidates goes first, so that a wrong choice among look-alikes shows soon.
  const candidatesOf = (expectation: Expectation) => tops.filter((top) => resembles(expectation, top)).length
  const steps = stepsOf(expectations.toSorted((a, b) => candidatesOf(a) - candidatesOf(b)))
  const placed = new Map<Expectation, TraceNode>()
  const taken = new Set<TraceNode>()
  const labelled = new Map<string, SpanRecord>()
  const linksFit = (holder: Expectation): boolean => {
    const node = placed.get(holder)
    return node === undefined || linkDifferences(holder.links, node.span.links, labelled).length === 0
  }
  const place = ({ expectation, referring }: Step, node: TraceNode): boolean => {
    placed.set(expectation, node)
    taken.add(node)
    if (expectation.as !== undefined) labelled.set(expectation.as, node.span)
    return linksFit(expectation) && referring.every(linksFit)
  }
  const takeBack = ({ expectation }: Step): void => {
    const node = placed.get(expectation)
    if (node !== undefined) taken.delete(node)
    placed.delete(expectation)
    if (expectation.as !== undefined) labelled.delete(expectation.as)
  }

  /** For each step up to the current one, how many of its candidates have been tried. */
  const tried: number[] = [0]
  for (let attempts = 0; attempts < MAX_ATTEMPTS; attempts += 1) {
    const current = tried.length - 1
    const step = steps[current]
    if (step === undefined) return { outcome: 'match', labelled }
    takeBack(step)
    const candidates = step.parent === undefined ? tops : (placed.get(step.parent)?.children ?? [])
    const next = candidates.findIndex(
      (node, index) =>
        index >= (tried[current] ?? 0) &&
        (!step.parent?.childrenInOrder || index === step.position) &&
        !taken.has(node) &&
        resembles(step.expectation, node),
    )
    const node = candidates[next]
    if (node === undefined) {
      tried.pop()
      if (tried.length === 0) return { outcome: 'mismatch' }
    } else {
      tried[current] = next + 1
      if (place(step, node)) tried.push(0)
    }
  }
  return { outcome: 'too many attempts' }
}

interface Step {
  readonly expectation: Expectation
  readonly parent: Expectation | undefined
  /** Among its siblings. */
  readonly position: number
  /** Those that expect a link to it. */
  readonly referring: readonly Expectation[]
}

function stepsOf(expectations: readonly Expectation[]): Step[] {
  const all = inPreOrder(expectations)
  const steps = (siblings: readonly Expectation[], parent: Expectation | undefined): Step[] =>
    siblings.flatMap((expectation, position) => {
      const { as, children } = expectation
      const referring = as === undefined ? [] : all.filter(({ links }) => links.some(({ to }) => to === as))
      return [{ expectation, parent, position, referring }, ...steps(children, expectation)]
    })
  return steps(expectations, undefined)
}
