import { describe, expect, it } from 'vitest'
import { linkedRoll, missingTargets, orderWorld } from '../../test/fixtures/corpus.ts'
import { traceWorld } from '../../test/fixtures/trace-world.ts'
import { relationsOf } from './relations.ts'

describe('relationsOf', () => {
  it('reads a caller link and its forward link as one relation from cause to effect', () => {
    const relations = relationsOf(traceWorld(linkedRoll).linkSet('dice-roll').links)
    expect(relations).toMatchObject([
      {
        cause: { summary: { serviceName: 'gateway', name: 'GET' } },
        effect: { summary: { serviceName: 'dice', name: 'GET /rolldice' } },
        relation: 'caller',
        waitNano: 12_000_000,
        bothWays: true,
      },
    ])
    expect(relations[0]?.links).toHaveLength(2)
  })

  it('keeps apart what links between the same traces say differently', () => {
    const relations = relationsOf(traceWorld(orderWorld(0)).linkSet('order-second').links)
    expect(relations.map(({ relation, bothWays }) => [relation, bothWays])).toEqual([
      ['message', false],
      ['message', false],
      ['previous_attempt', false],
    ])
  })

  it('keeps relations to what is not here, and leaves out a link to itself', () => {
    const relations = relationsOf(traceWorld(missingTargets).linkSet('missing').links)
    expect(relations.map(({ cause }) => cause.target?.state)).toEqual([
      'not_arrived',
      'evicted',
      'deleted',
      'not_sampled',
      'span_missing',
      'invalid',
      'same_trace',
    ])
  })
})
