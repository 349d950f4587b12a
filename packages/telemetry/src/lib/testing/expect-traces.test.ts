import { describe, expect, it } from 'vitest'
import { InvalidExpectationError } from './expectation.ts'
import type { ExpectedSpan } from './expected-span.ts'
import { expectTraces, TraceMismatchError } from './expect-traces.ts'
import type { PlainLink, PlainSpan } from './span-source.ts'

const traceId = (number: number) => number.toString(16).padStart(32, '0')
const spanId = (number: number) => number.toString(16).padStart(16, '0')

/** A span of trace 1 unless told otherwise, whose numbers stand for ids. */
function span(
  number: number,
  name: string,
  rest: Partial<PlainSpan> & { trace?: number; parent?: number } = {},
) {
  const { trace = 1, parent, ...fields } = rest
  return {
    traceId: traceId(trace),
    spanId: spanId(number),
    ...(parent !== undefined && { parentSpanId: spanId(parent) }),
    name,
    kind: 'internal',
    startTimeUnixNano: number,
    endTimeUnixNano: number + 1,
    ...fields,
  } satisfies PlainSpan
}

function link(trace: number, to: number, relation: string, rest: Partial<PlainLink> = {}): PlainLink {
  const attributes = { 'linked_traces.relation': relation, ...rest.attributes }
  return { traceId: traceId(trace), spanId: spanId(to), flags: 1, ...rest, attributes }
}

function differencesOf(spans: readonly PlainSpan[], expected: readonly ExpectedSpan[]): readonly string[] {
  try {
    expectTraces(spans, expected)
  } catch (error) {
    if (error instanceof TraceMismatchError) return error.differences
    throw error
  }
  return []
}

const linkedPair: readonly PlainSpan[] = [
  span(1, 'GET /roll', { kind: 'server', serviceName: 'gateway' }),
  span(2, 'GET', { parent: 1, kind: 'client', links: [link(2, 3, 'callee')] }),
  span(3, 'GET /dice', { trace: 2, kind: 'server', links: [link(1, 2, 'caller')] }),
  span(4, 'roll', { trace: 2, parent: 3, attributes: { 'dice.sides': 6 } }),
  span(5, 'log', { trace: 2, parent: 3 }),
]

const expectedPair: readonly ExpectedSpan[] = [
  {
    name: 'GET /dice',
    kind: 'server',
    as: 'callee',
    links: [{ to: 'caller', relation: 'caller' }],
    children: [{ name: 'log' }, { name: 'roll', attributes: { 'dice.sides': 6 } }],
  },
  {
    name: 'GET /roll',
    service: 'gateway',
    children: [{ name: 'GET', as: 'caller', links: [{ to: 'callee', relation: 'callee' }] }],
  },
]

describe('expectTraces', () => {
  it('accepts the expected traces in any order, and returns the labelled spans', () => {
    const { caller, callee } = expectTraces(linkedPair, expectedPair)
    expect(caller?.spanId).toBe(spanId(2))
    expect(callee?.traceId).toBe(traceId(2))
  })

  it('accepts nothing where nothing is expected, and says so where something is', () => {
    expect(expectTraces([], [])).toEqual({})
    expect(() => expectTraces([], [{ name: 'a' }])).toThrow(
      'The traces are not the expected ones, in one place:\n  a: is missing\n\nNo span was received.',
    )
  })

  it('fails with a code, every difference and a drawing of what was received', () => {
    const spans = [span(1, 'a', { attributes: { n: 1 } }), span(2, 'b', { parent: 1 })]
    let thrown: unknown
    try {
      expectTraces(spans, [{ name: 'a', attributes: { n: 2 }, children: [{ name: 'b' }, { name: 'c' }] }])
    } catch (error) {
      thrown = error
    }
    expect(thrown).toBeInstanceOf(TraceMismatchError)
    expect(thrown).toMatchObject({ name: 'TraceMismatchError', code: 'TRACE_MISMATCH' })
    expect((thrown as TraceMismatchError).message).toBe(
      [
        'The traces are not the expected ones, in 2 places:',
        '  a › c: is missing',
        '  a: attribute n: expected 2, received 1',
        '',
        'Received:',
        '',
        `trace 1 · ${traceId(1)}`,
        `unknown_service: a #${spanId(1)}`,
        `└─ unknown_service: b #${spanId(2)}`,
      ].join('\n'),
    )
  })

  it.each<[string, readonly PlainSpan[], readonly ExpectedSpan[], readonly string[]]>([
    ['a span too many', [span(1, 'a'), span(2, 'b', { trace: 2 })], [{ name: 'a' }], ['b: is not expected']],
    [
      'a child too many',
      [span(1, 'a'), span(2, 'b', { parent: 1 })],
      [{ name: 'a' }],
      ['a › b: is not expected'],
    ],
    ['another name', [span(1, 'b')], [{ name: 'a' }], ["a: name: expected 'a', received 'b'"]],
    [
      'a name that does not match',
      [span(1, 'b')],
      [{ name: /^a/ }],
      ["/^a/: name: expected /^a/, received 'b'"],
    ],
    [
      'another kind',
      [span(1, 'a')],
      [{ name: 'a', kind: 'server' }],
      ["a: kind: expected 'server', received 'internal'"],
    ],
    [
      'another service',
      [span(1, 'a', { serviceName: 'x' })],
      [{ name: 'a', service: 'y' }],
      ["a: service: expected 'y', received 'x'"],
    ],
    [
      'another scope',
      [span(1, 'a', { scope: { name: 'x' } })],
      [{ name: 'a', scope: 'y' }],
      ["a: scope: expected 'y', received 'x'"],
    ],
    [
      'another trace',
      [span(1, 'a')],
      [{ name: 'a', traceId: traceId(2) }],
      [`a: trace id: expected '${traceId(2)}', received '${traceId(1)}'`],
    ],
    [
      'a parent where a root is expected',
      [span(1, 'a', { parent: 9 })],
      [{ name: 'a' }],
      [`a: parent: expected none, received '${spanId(9)}'`],
    ],
    [
      'a root where a parent is expected',
      [span(1, 'a')],
      [{ name: 'a', parentSpanId: spanId(9) }],
      [`a: parent: expected '${spanId(9)}', received none`],
    ],
    [
      'two roots in one trace',
      [span(1, 'a'), span(2, 'b')],
      [{ name: 'a' }, { name: 'b' }],
      [`trace ${traceId(1)}: has 2 roots, a, b`],
    ],
    [
      'another status',
      [span(1, 'a', { status: { code: 'error', message: 'no' } })],
      [{ name: 'a', status: 'ok' }],
      ["a: status: expected 'ok', received 'error'"],
    ],
    [
      'another status message',
      [span(1, 'a', { status: { code: 'error', message: 'no' } })],
      [{ name: 'a', status: { code: 'error', message: /yes/ } }],
      ["a: status message: expected /yes/, received 'no'"],
    ],
    [
      'an attribute that is missing',
      [span(1, 'a')],
      [{ name: 'a', attributes: { toString: 1 } }],
      ['a: attribute toString: expected 1, received none'],
    ],
    [
      'an attribute that must be missing',
      [span(1, 'a', { attributes: { n: 1 } })],
      [{ name: 'a', attributes: { n: undefined } }],
      ['a: attribute n: expected none, received 1'],
    ],
    [
      'an attribute of another type',
      [span(1, 'a', { attributes: { n: '1' } })],
      [{ name: 'a', attributes: { n: 1 } }],
      ["a: attribute n: expected 1, received '1'"],
    ],
    [
      'an attribute that a pattern does not match',
      [span(1, 'a', { attributes: { n: 'x' } })],
      [{ name: 'a', attributes: { n: /y/ } }],
      ["a: attribute n: expected /y/, received 'x'"],
    ],
    [
      'other events',
      [span(1, 'a', { events: [{ name: 'x' }] })],
      [{ name: 'a', events: ['x', 'y'] }],
      ["a: events: expected [ 'x', 'y' ], received [ 'x' ]"],
    ],
    [
      'an event with another attribute',
      [span(1, 'a', { events: [{ name: 'x', attributes: { n: 1 } }] })],
      [{ name: 'a', events: [{ name: 'x', attributes: { n: 2 } }] }],
      ['a: event x: attribute n: expected 2, received 1'],
    ],
    [
      'children in another order',
      [span(1, 'a'), span(2, 'b', { parent: 1 }), span(3, 'c', { parent: 1 })],
      [{ name: 'a', childrenInOrder: true, children: [{ name: 'c' }, { name: 'b' }] }],
      ["a › c: name: expected 'c', received 'b'", "a › b: name: expected 'b', received 'c'"],
    ],
    [
      'a link too many',
      [span(1, 'a', { links: [link(7, 8, 'part', { traceState: 'k=v' })] })],
      [{ name: 'a' }],
      [
        `a: link (part) to span ${spanId(8)} of trace ${traceId(7)} with tracestate k=v, sampled, is not expected`,
      ],
    ],
    [
      'a link that is missing',
      [span(1, 'a')],
      [{ name: 'a', as: 'a', links: [{ to: 'a', relation: 'part', attributes: { n: 1 } }] }],
      ['a: link (part) to "a" with { n: 1 } is missing'],
    ],
    [
      'a link with another attribute',
      [span(1, 'a', { links: [link(7, 8, 'part', { attributes: { n: 1 }, flags: 0 })] })],
      [{ name: 'a', links: [{ to: { traceId: traceId(7), spanId: spanId(8) }, attributes: { n: 2 } }] }],
      [
        `a: link to span ${spanId(8)} of trace ${traceId(7)} with { n: 2 } is missing`,
        `a: link (part) to span ${spanId(8)} of trace ${traceId(7)} with { n: 1 }, not sampled, is not expected`,
      ],
    ],
  ])('tells of %s', (_, spans, expected, differences) => {
    expect(differencesOf(spans, expected)).toEqual(differences)
  })

  it('tells of a link that points at another span than the labelled one', () => {
    const spans = [
      span(1, 'a'),
      span(2, 'b', { parent: 1 }),
      span(3, 'c', { trace: 2, links: [link(1, 1, 'origin')] }),
    ]
    expect(
      differencesOf(spans, [
        { name: 'a', children: [{ name: 'b', as: 'b' }] },
        { name: 'c', links: [{ to: 'b' }] },
      ]),
    ).toEqual([
      'c: link to "b" is missing',
      `c: link (origin) to span ${spanId(1)} of trace ${traceId(1)}, sampled, is not expected`,
    ])
  })

  it('accepts what patterns and functions accept', () => {
    const a = span(1, 'GET /users/7', { attributes: { path: '/users/7', ms: 12 } })
    const pattern = /\d/g
    const expected = {
      name: /users/,
      attributes: { path: pattern, ms: (value: unknown) => Number(value) < 20 },
    }
    expectTraces([a], [expected])
    expectTraces([a], [expected])
  })

  it('accepts links to spans that are not among the received ones, by their ids', () => {
    const a = span(1, 'a', { links: [link(7, 8, 'caller', { flags: 0, traceState: 'k=v' })] })
    const to = { traceId: traceId(7), spanId: spanId(8) }
    expect(differencesOf([a], [{ name: 'a', links: [{ to, sampled: false, traceState: 'k=v' }] }])).toEqual(
      [],
    )
    expect(differencesOf([a], [{ name: 'a', links: [{ to, sampled: true }] }])).toHaveLength(2)
    expect(differencesOf([a], [{ name: 'a', links: [{ to, traceState: '' }] }])).toHaveLength(2)
  })

  it('accepts a span continued from elsewhere, by the id of its parent', () => {
    const a = span(1, 'a', { parent: 9 })
    expect(differencesOf([a], [{ name: 'a', traceId: traceId(1), parentSpanId: spanId(9) }])).toEqual([])
  })

  it('tells look-alike spans apart by what they contain and what they are linked to', () => {
    const spans = Array.from({ length: 200 }, (_, n) => [
      span(10 * n + 1, 'request', { trace: 2 * n + 1 }),
      span(10 * n + 2, 'call', { trace: 2 * n + 1, parent: 10 * n + 1, attributes: { n } }),
      span(10 * n + 3, 'handle', { trace: 2 * n + 2, links: [link(2 * n + 1, 10 * n + 2, 'caller')] }),
    ])
    const expected = Array.from({ length: 200 }, (_, n) => [
      { name: 'request', children: [{ name: 'call', as: `call ${n}`, attributes: { n } }] },
      { name: 'handle', links: [{ to: `call ${n}`, relation: 'caller' }] },
    ])
    expect(differencesOf(spans.flat(), expected.flat().toReversed())).toEqual([])
    const crossed = spans
      .flat()
      .map((one) => (one.name === 'handle' ? { ...one, links: [link(1, 2, 'caller')] } : one))
    expect(differencesOf(crossed, expected.flat()).length).toBeGreaterThan(0)
  })

  it('goes back on a choice among look-alikes that turns out wrong', () => {
    const spans = [
      span(1, 'caller', { trace: 1 }),
      span(2, 'caller', { trace: 2 }),
      span(3, 'first', { trace: 3, links: [link(2, 2, 'caller')] }),
      span(4, 'second', { trace: 4, links: [link(1, 1, 'caller')] }),
    ]
    const labelled = expectTraces(spans, [
      { name: 'caller', as: 'of first' },
      { name: 'caller', as: 'of second' },
      { name: 'first', links: [{ to: 'of first' }] },
      { name: 'second', links: [{ to: 'of second' }] },
    ])
    expect(labelled['of first']?.spanId).toBe(spanId(2))
  })

  it('gives no two labels to one span', () => {
    const spans = [
      span(1, 'part', { trace: 1 }),
      span(2, 'part', { trace: 2 }),
      span(3, 'gather', { trace: 3, links: [link(1, 1, 'part'), link(1, 1, 'part')] }),
    ]
    expect(
      differencesOf(spans, [
        { name: 'part', as: 'a' },
        { name: 'part', as: 'b' },
        { name: 'gather', links: [{ to: 'a' }, { to: 'b' }] },
      ]),
    ).not.toEqual([])
  })

  it('keeps look-alike children in their order where that is asked for', () => {
    const spans = [
      span(1, 'send'),
      span(2, 'try', { parent: 1 }),
      span(3, 'try', { parent: 1 }),
      span(4, 'received', { trace: 2, links: [link(1, 3, 'caller')] }),
    ]
    const traces = (target: string, childrenInOrder: boolean) => [
      {
        name: 'send',
        childrenInOrder,
        children: [
          { name: 'try', as: 'first' },
          { name: 'try', as: 'second' },
        ],
      },
      { name: 'received', links: [{ to: target }] },
    ]
    expect(differencesOf(spans, traces('second', true))).toEqual([])
    expect(differencesOf(spans, traces('first', true))).not.toEqual([])
    expect(differencesOf(spans, traces('first', false))).toEqual([])
  })

  it('gives up on look-alikes with a hint rather than hang', () => {
    const callers = Array.from({ length: 12 }, (_, n) => span(n + 1, 'caller', { trace: n + 1 }))
    const callee = span(99, 'callee', { trace: 99, links: [link(77, 77, 'caller')] })
    const expected = callers.map((_, n) => ({ name: 'caller', as: `caller ${n}` }))
    expect(
      differencesOf([...callers, callee], [...expected, { name: 'callee', links: [{ to: 'caller 11' }] }]),
    ).toEqual([
      'So many spans look alike that no assignment with the expected links was found. Tell them apart by attributes.',
    ])
  })

  it('takes the same literal several times', () => {
    const roll = { name: 'roll', links: [{ to: { traceId: traceId(7), spanId: spanId(8) } }] }
    const links = [link(7, 8, 'part')]
    const spans = [span(1, 'a'), span(2, 'roll', { parent: 1, links }), span(3, 'roll', { parent: 1, links })]
    expect(differencesOf(spans, [{ name: 'a', children: [roll, roll] }])).toEqual([])
    expect(differencesOf(spans, [{ name: 'a', children: [roll, roll, roll] }])).toEqual([
      'a › roll: is missing',
    ])
  })

  it('compares links of one span one by one, so that two are not one', () => {
    const to = { traceId: traceId(7), spanId: spanId(8) }
    const two = span(1, 'a', { links: [link(7, 8, 'part'), link(7, 8, 'part')] })
    expect(differencesOf([two], [{ name: 'a', links: [{ to }, { to }] }])).toEqual([])
    expect(differencesOf([two], [{ name: 'a', links: [{ to }] }])).toHaveLength(1)
  })

  it('refuses a link to a label that no span has, and a label of two spans', () => {
    expect(() => expectTraces([], [{ name: 'a', as: 'a', links: [{ to: 'b' }] }])).toThrow(
      'A link is expected to "b", but no expected span has `as: \'b\'`. The labels are: a.',
    )
    const twice = [
      { name: 'a', children: [{ name: 'b', as: 'x' }] },
      { name: 'c', as: 'x' },
    ]
    expect(() => expectTraces([], twice)).toThrow(InvalidExpectationError)
    expect(() => expectTraces([], twice)).toThrow('Two expected spans are labelled "x". Rename one of them.')
  })
})
