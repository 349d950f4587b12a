import type { Context, Link, SpanContext } from '@opentelemetry/api'
import { ROOT_CONTEXT, SamplingDecision, SpanKind, trace } from '@opentelemetry/api'
import { describe, expect, it } from 'vitest'
import { setCrossing } from '../boundary/crossing.ts'
import { parseTraceState } from '../links/tracestate.ts'
import type { LinkedSamplerOptions } from './linked-sampler.ts'
import { LinkedSampler } from './linked-sampler.ts'

/** A trace id whose last 56 bits are these. */
const id = (randomness: string) => `4bf92f3577b34da6a3${randomness}`
const LOW = '40000000000000'
const HIGH = 'd0000000000000'

interface Spoken {
  readonly traceId?: string
  /** `traceparent` flags. */
  readonly flags?: number
  readonly tracestate?: string
  readonly isRemote?: boolean
}

function spanContext({
  traceId = id(HIGH),
  flags = 0,
  tracestate = '',
  isRemote = true,
}: Spoken): SpanContext {
  const traceState = parseTraceState(tracestate)
  return {
    traceId,
    spanId: '00f067aa0ba902b7',
    traceFlags: flags,
    isRemote,
    ...(traceState && { traceState }),
  }
}

/** What a sampler says: `keep` or `drop`, and the tracestate that it changes (`unchanged` if it does not). */
function ask(sampler: LinkedSampler, context: Context, traceId: string, links: Link[] = []): string {
  const { decision, traceState } = sampler.shouldSample(context, traceId, 'GET', SpanKind.SERVER, {}, links)
  const word = decision === SamplingDecision.RECORD_AND_SAMPLED ? 'keep' : 'drop'
  return `${word}, ${traceState?.serialize() ?? 'unchanged'}`
}

function sampler(options: Partial<LinkedSamplerOptions> = {}) {
  return new LinkedSampler({ mode: 'probability', ratio: 0.25, ...options })
}

const modes = ['probability', 'follow'] as const

describe.each(modes)('LinkedSampler, mode %s', (mode) => {
  describe('a root without a link', () => {
    it.each([
      [0.25, 'c0000000000000', 'keep, ot=th:c'],
      [0.25, 'bfffffffffffff', 'drop, unchanged'],
      [1, '00000000000000', 'keep, ot=th:0'],
      [0.1, 'e6660000000000', 'keep, ot=th:e666'],
      [0.1, 'e665ffffffffff', 'drop, unchanged'],
      [0, 'ffffffffffffff', 'drop, unchanged'],
    ])('of ratio %d and randomness %s: %s', (ratio, randomness, said) => {
      expect(ask(sampler({ mode, ratio }), ROOT_CONTEXT, id(randomness))).toBe(said)
    })

    it('decides by randomness of its own, and states it, where ids are not known to be random', () => {
      const stated = [HIGH, LOW]
      const explicit = sampler({ mode, generateRandomness: () => stated.shift() ?? '' })
      expect(ask(explicit, ROOT_CONTEXT, id(LOW))).toBe(`keep, ot=th:c;rv:${HIGH}`)
      expect(ask(explicit, ROOT_CONTEXT, id(HIGH))).toBe(`drop, ot=rv:${LOW}`)
    })
  })

  describe('a child', () => {
    it.each([
      [{ flags: 1, isRemote: false, tracestate: 'ot=th:c' }, 'keep, unchanged'],
      [{ flags: 0, isRemote: false }, 'drop, unchanged'],
      // Local parents were looked at when their trace was continued or begun.
      [{ flags: 0, isRemote: false, tracestate: 'ot=th:0' }, 'drop, unchanged'],
      [{ flags: 1 }, 'keep, unchanged'],
      [{ flags: 0 }, 'drop, unchanged'],
      [{ flags: 3, tracestate: 'vendor=1' }, 'keep, unchanged'],
      [{ flags: 3, tracestate: 'ot=th:c' }, 'keep, unchanged'],
      [{ flags: 3, tracestate: `ot=th:c;rv:${HIGH};p:8` }, 'keep, unchanged'],
      [{ flags: 2, tracestate: `ot=rv:${LOW}` }, 'drop, unchanged'],
      // A threshold that cannot be true goes; all else stays.
      [{ flags: 1, tracestate: `ot=th:c;rv:${LOW};p:8,vendor=1` }, `keep, ot=rv:${LOW};p:8,vendor=1`],
      [{ flags: 1, traceId: id(LOW), tracestate: 'ot=th:c' }, 'keep, '],
      [{ flags: 1, tracestate: 'ot=th:XY;p:8' }, 'keep, ot=p:8'],
      [{ flags: 0, tracestate: `ot=th:c;rv:${LOW}` }, `drop, ot=rv:${LOW}`],
      [{ flags: 0, tracestate: 'ot=th:c;p:8' }, 'drop, ot=p:8'],
    ])('of %j: %s', (parent: Spoken, said) => {
      const spoken = spanContext(parent)
      const context = trace.setSpanContext(ROOT_CONTEXT, spoken)
      expect(ask(sampler({ mode, ratio: 0.5 }), context, spoken.traceId)).toBe(said)
    })

    it('does as its parent whatever it is linked to', () => {
      const parent = spanContext({ flags: 0, isRemote: false })
      const context = trace.setSpanContext(ROOT_CONTEXT, parent)
      const links = [{ context: spanContext({ traceId: id('ffffffffffffff'), flags: 3 }) }]
      expect(ask(sampler({ mode, ratio: 1 }), context, parent.traceId, links)).toBe('drop, unchanged')
    })
  })

  it('takes nothing from an untrusted caller', () => {
    const dropped = spanContext({ flags: 2, traceId: id(LOW), tracestate: `ot=rv:${LOW}` })
    const kept = spanContext({ flags: 3, tracestate: `ot=th:0;rv:ffffffffffffff` })
    const asked = (caller: SpanContext, root: string) => {
      const context = setCrossing(ROOT_CONTEXT, { caller, trusted: false })
      return ask(sampler({ mode }), context, id(root), [{ context: caller }])
    }
    expect(asked(dropped, HIGH)).toBe('keep, ot=th:c')
    expect(asked(kept, LOW)).toBe('drop, unchanged')
  })

  it('limits roots without a link, and says the threshold of those it keeps', () => {
    let now = 0
    const limited = sampler({ mode, ratio: 0.5, rootsPerSecond: 2, now: () => now })
    const roots = (count: number) =>
      Array.from({ length: count }, () => ask(limited, ROOT_CONTEXT, id('ffff0000000000')))
    // 2 of 1, 2 of 2, 2 of 3, … but never above the ratio.
    expect(roots(8)).toEqual([
      ...new Array(4).fill('keep, ot=th:8'),
      'keep, ot=th:999a',
      'keep, ot=th:aaab',
      'keep, ot=th:b6db',
      'keep, ot=th:c',
    ])
    now = 1000
    expect(roots(2)).toEqual(['keep, ot=th:c', 'keep, ot=th:c'])
    now = 5000
    expect(roots(1)).toEqual(['keep, ot=th:8'])
  })

  it('neither limits nor counts linked roots', () => {
    const limited = sampler({ mode, ratio: 1, rootsPerSecond: 1, now: () => 0 })
    const linked = [{ context: spanContext({ flags: 3, tracestate: `ot=th:0;rv:${HIGH}` }) }]
    for (let count = 0; count < 5; count += 1) {
      expect(ask(limited, ROOT_CONTEXT, id(LOW), linked)).toBe(`keep, ot=th:0;rv:${HIGH}`)
    }
    expect(ask(limited, ROOT_CONTEXT, id(LOW))).toBe('keep, ot=th:0')
    expect(ask(limited, ROOT_CONTEXT, id(HIGH))).toBe('keep, ot=th:8')
  })
})

describe('LinkedSampler, mode probability, a linked root', () => {
  it.each([
    ['an explicit randomness', { flags: 1, traceId: id(LOW), tracestate: `ot=th:8;rv:${HIGH}` }],
    ['a random id', { flags: 3 }],
    ['a random id, when it was dropped', { flags: 2 }],
    ['a random id in capitals', { flags: 3, traceId: id(HIGH).toUpperCase() }],
    [
      'an explicit randomness before a random id',
      { flags: 3, traceId: id(LOW), tracestate: `ot=rv:${HIGH}` },
    ],
  ])('is kept by %s of the linked trace', (_, linked: Spoken) => {
    const links = [{ context: spanContext(linked) }]
    expect(ask(sampler(), ROOT_CONTEXT, id(LOW), links)).toBe(`keep, ot=th:c;rv:${HIGH}`)
    expect(ask(sampler({ ratio: 0.1 }), ROOT_CONTEXT, id(LOW), links)).toBe(`drop, ot=rv:${HIGH}`)
    expect(ask(sampler({ ratio: 0 }), ROOT_CONTEXT, id(LOW), links)).toBe(`drop, ot=rv:${HIGH}`)
  })

  // A threshold would be a sign of randomness, but of sampled traces alone.
  it.each([
    { flags: 1 },
    { flags: 0 },
    { flags: 1, tracestate: 'ot=th:8' },
    { flags: 1, tracestate: 'ot=rv:1' },
  ])('decides by itself when the linked trace, %j, does not say that its id is random', (linked: Spoken) => {
    const links = [{ context: spanContext(linked) }]
    expect(ask(sampler(), ROOT_CONTEXT, id(LOW), links)).toBe('drop, unchanged')
    expect(ask(sampler(), ROOT_CONTEXT, id('e0000000000000'), links)).toBe('keep, ot=th:c')
  })
})

describe('LinkedSampler, mode follow, a linked root', () => {
  it.each([
    [{ flags: 3, tracestate: 'ot=th:8' }, `keep, ot=th:8;rv:${HIGH}`],
    [{ flags: 1, tracestate: `ot=th:8;rv:e0000000000000` }, 'keep, ot=th:8;rv:e0000000000000'],
    [{ flags: 3 }, `keep, ot=rv:${HIGH}`],
    [{ flags: 1 }, 'keep, unchanged'],
    // Not known to be true of this root: no randomness to compare it with, or one that tells against it.
    [{ flags: 1, tracestate: 'ot=th:8' }, 'keep, unchanged'],
    [{ flags: 1, tracestate: `ot=th:8;rv:${LOW}` }, `keep, ot=rv:${LOW}`],
    [{ flags: 3, tracestate: 'ot=th:XY' }, `keep, ot=rv:${HIGH}`],
    [{ flags: 2 }, `drop, ot=rv:${HIGH}`],
    [{ flags: 2, tracestate: 'ot=th:0' }, `drop, ot=rv:${HIGH}`],
    [{ flags: 0 }, 'drop, unchanged'],
  ])('of a trace that says %j: %s', (linked: Spoken, said) => {
    const links = [{ context: spanContext(linked) }]
    // Whatever its own id and ratio would have made of it.
    expect(ask(sampler({ mode: 'follow', ratio: 0 }), ROOT_CONTEXT, id(LOW), links)).toBe(said)
    expect(ask(sampler({ mode: 'follow', ratio: 1 }), ROOT_CONTEXT, id(HIGH), links)).toBe(said)
  })

  it('states randomness of its own where it can share none, and ids are not known to be random', () => {
    const follow = sampler({ mode: 'follow', generateRandomness: () => LOW })
    const linked = (flags: number) => [{ context: spanContext({ flags, traceId: id(HIGH) }) }]
    expect(ask(follow, ROOT_CONTEXT, id(HIGH), linked(1))).toBe(`keep, ot=rv:${LOW}`)
    expect(ask(follow, ROOT_CONTEXT, id(HIGH), linked(0))).toBe(`drop, ot=rv:${LOW}`)
    expect(ask(follow, ROOT_CONTEXT, id(HIGH), linked(2))).toBe(`drop, ot=rv:${HIGH}`)
  })
})

describe('LinkedSampler', () => {
  it('tells what it is', () => {
    expect(String(sampler())).toBe('LinkedProbability{0.25}')
    expect(String(sampler({ mode: 'follow', ratio: 1, rootsPerSecond: 10 }))).toBe(
      'LinkedFollow{1, rootsPerSecond=10}',
    )
  })

  it('does not look into the tracestate of a local parent', () => {
    const parent = spanContext({ flags: 1, isRemote: false })
    parent.traceState = new Proxy({} as never, {
      get() {
        throw new Error('looked into')
      },
    })
    const context = trace.setSpanContext(ROOT_CONTEXT, parent)
    expect(ask(sampler(), context, parent.traceId)).toBe('keep, unchanged')
  })
})
