import { describe, expect, it } from 'vitest'
import { fanIn, linkedRoll, missingTargets, orderWorld, patterns } from '../../test/fixtures/corpus.ts'
import { traceWorld, type WorldSketch } from '../../test/fixtures/trace-world.ts'
import { relationsOf } from './relations.ts'
import { story } from './story.ts'

function told(world: WorldSketch, trace: string): string[] {
  const set = traceWorld(world).linkSet(trace, 500)
  return story(relationsOf(set.links), set.traces.length)
}

describe('story', () => {
  it('tells who called whom, when, and that both know', () => {
    expect(told(linkedRoll, 'dice-roll')).toEqual([
      'gateway called dice, which began a trace of its own 12 ms later.',
      'The two traces are linked both ways.',
    ])
  })

  it.each([
    [
      'many',
      [
        'gateway called dice 6 times; each call began a trace of its own.',
        'gateway gathered the results of 6 dice traces in “tally”.',
      ],
    ],
    ['deferred', ['gateway started “roll later”, a trace of its own, 5 s later.']],
    ['try-2', ['gateway tried “roll with retries” 3 times; the last did not fail.']],
    ['try-1', ['gateway tried “roll with retries” 3 times; the last did not fail.']],
    ['batch', ['scorekeeper took up messages from 4 gateway traces at once.']],
  ])('tells the pattern “%s” in its own words', (trace, sentences) => {
    expect(told(patterns, trace)).toEqual(sentences)
  })

  it('tells of a service’s own traces that they are', () => {
    const own: WorldSketch = {
      a: [{ id: 'send' }],
      b: [{ id: 'send' }],
      both: [
        { id: 'take', links: ['a', 'b'].map((trace) => ({ to: `${trace}/send`, relation: 'message' })) },
      ],
    }
    expect(told(own, 'both')).toEqual(['gateway took up messages from 2 of its own traces at once.'])
  })

  it('tells of tries within one trace too, and of those that all failed', () => {
    const tries = [0, 1, 2].map((index) => ({
      id: `try${index}`,
      name: 'GET',
      start: index * 100,
      error: 'refused',
      links: index === 0 ? [] : [{ to: `calls/try${index - 1}`, relation: 'previous_attempt' }],
    }))
    expect(told({ calls: tries }, 'calls')).toEqual(['gateway tried “GET” 3 times; all failed.'])
    expect(told({ calls: tries.slice(0, 2) }, 'calls')).toEqual([
      'gateway tried “GET” again 100 ms later; both failed.',
    ])
  })

  it('tells who used a result that was made in another trace', () => {
    const poll = (start: number) => [
      { id: 'poll', name: 'GET /rolls/:id', start, links: [{ to: 'job/roll', relation: 'result' }] },
    ]
    const job = [{ id: 'roll', name: 'roll later', start: 0 }]
    expect(told({ job, poll: poll(800) }, 'job')).toEqual([
      '“GET /rolls/:id” in gateway used the result of “roll later” 800 ms later.',
    ])
    expect(told({ job, poll: poll(800), again: poll(900) }, 'job')).toEqual([
      '2 traces of gateway used the result of “roll later”, the first 800 ms later.',
    ])
    const both = [
      {
        id: 'poll',
        name: 'GET /rolls/:id',
        links: ['job/roll', 'other/roll'].map((to) => ({ to, relation: 'result' })),
      },
    ]
    expect(told({ job, other: job, poll: both }, 'poll')).toEqual([
      '“GET /rolls/:id” in gateway used the results of 2 of its own traces.',
    ])
  })

  it('does not tell more of time than clocks of whole milliseconds can', () => {
    const called = (start: number): WorldSketch => ({
      caller: [{ id: 'call', links: [{ to: 'callee/root', relation: 'callee' }] }],
      callee: [{ id: 'root', service: 'dice', start }],
    })
    expect(told(called(0), 'caller')[0]).toContain('a trace of its own within 1 ms.')
    expect(told(called(-0.4), 'caller')[0]).toContain('a trace of its own within 1 ms.')
    expect(told(called(-3), 'caller')[0]).toContain('a trace of its own, 3 ms earlier by its own clock.')
  })

  it('does not count the time between spans that started together', () => {
    const set = traceWorld(linkedRoll).linkSet('dice-roll', 500)
    const together = relationsOf(set.links).map((relation) => ({ ...relation, waitNano: 0 }))
    expect(story(together, set.traces.length)[0]).toBe(
      'gateway called dice, which began a trace of its own at the same moment.',
    )
  })

  it('tells a message that was taken up late, its retry, and what that started', () => {
    expect(told(orderWorld(200), 'order')).toEqual([
      'shop sent messages that fulfilment took up in 2 traces, the first 2 h 12 min later.',
      'fulfilment tried “process orders” again 9 s later; the last did not fail.',
      'fulfilment started 200 traces in warehouse, the first 370 ms later.',
    ])
  })

  it('tells in one sentence what is not here', () => {
    expect(told(missingTargets, 'missing')).toEqual([
      'collector links to 5 spans that are not here: not arrived yet, evicted 20:03, deleted 20:03, not sampled by its caller, no valid ids.',
    ])
  })

  it('tells of many causes how many', () => {
    expect(told(fanIn(200), 'gathering')).toEqual(['aggregator took up messages from 200 traces at once.'])
  })

  it('says so where no link is', () => {
    expect(told({ alone: [{ id: 'a' }] }, 'alone')).toEqual([
      'No link leads from this trace to another, and none leads here.',
    ])
  })
})
