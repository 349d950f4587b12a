import { describe, expect, it } from 'vitest'
import type { Span } from '../../../src/api/contract.ts'
import { fanIn, linkedRoll, missingTargets } from '../../test/fixtures/corpus.ts'
import { spanIdOf, traceWorld } from '../../test/fixtures/trace-world.ts'
import { linkCounts, spanRelations } from './span-relations.ts'

const spanOf = (world: Parameters<typeof traceWorld>[0], trace: string, span: string): Span =>
  traceWorld(world)
    .trace(trace)
    .spans.find(({ spanId }) => spanId === spanIdOf(span)) as Span

describe('spanRelations', () => {
  it('tells a link and its reverse as one, from either end', () => {
    const fromCaller = spanRelations(spanOf(linkedRoll, 'gateway-roll', 'gw-call'))
    expect(fromCaller).toMatchObject([
      { other: 'effect', relation: 'caller', outgoing: { position: 0 }, incoming: { position: 0 } },
    ])
    const fromCallee = spanRelations(spanOf(linkedRoll, 'dice-roll', 'di-root'))
    expect(fromCallee).toMatchObject([
      { other: 'cause', relation: 'caller', outgoing: { position: 0 }, incoming: { position: 0 } },
    ])
  })

  it('keeps every link to what is not here', () => {
    expect(spanRelations(spanOf(missingTargets, 'missing', 'gather'))).toHaveLength(8)
  })
})

describe('linkCounts', () => {
  it('counts 200 causes of a span that gathers 200 messages', () => {
    expect(linkCounts(spanOf(fanIn(200), 'gathering', 'batch'))).toEqual({ causes: 200, effects: 0 })
    expect(linkCounts(spanOf(fanIn(200), 'part-7', 'publish'))).toEqual({ causes: 0, effects: 1 })
  })

  it('counts effects that are not listed', () => {
    const world = {
      a: [{ id: 'a' }],
      ...Object.fromEntries(
        Array.from({ length: 30 }, (_, index) => [`b${index}`, [{ id: 'b', links: [{ to: 'a/a' }] }]]),
      ),
    }
    const span = spanOf(world, 'a', 'a')
    expect(span.linkedFrom).toHaveLength(20)
    expect(linkCounts(span)).toEqual({ causes: 0, effects: 30 })
  })
})
