import { describe, expect, it } from 'vitest'
import type { Kind } from './kind.ts'
import { flag, fraction, headerText, integer, listOf, oneOf, Refusal, rate, text, timeout } from './kind.ts'

function refuses(kind: Kind<unknown>, ...values: unknown[]) {
  expect(values.filter((value) => !(kind.parse(value) instanceof Refusal))).toEqual([])
}

describe('text', () => {
  it('takes strings and nothing else', () => {
    expect(text.parse('a b')).toBe('a b')
    refuses(text, 1, true, {})
  })
})

describe('headerText', () => {
  it('takes what stands in a header without quoting', () => {
    expect(headerText.parse('my-org_1')).toBe('my-org_1')
    refuses(headerText, '', 'a b', 'a\nb', 'ä', 1)
  })
})

describe('flag', () => {
  it('takes exactly true and false, in any case', () => {
    expect(['true', 'TRUE', true].map((value) => flag.parse(value))).toEqual([true, true, true])
    expect(['false', 'False', false].map((value) => flag.parse(value))).toEqual([false, false, false])
    refuses(flag, '1', '0', 'yes', 'no', 'on', 1, 0)
  })
})

describe('integer', () => {
  it('takes digits from its minimum to 2³¹ − 1', () => {
    expect(['0', '007', '2147483647', 5].map((value) => integer(0).parse(value))).toEqual([
      0, 7, 2147483647, 5,
    ])
    refuses(integer(0), '-1', '1.5', '1e3', '0x10', '5s', '1_000', '2147483648', -1, 1.5, Number.NaN, true)
    refuses(integer(1), '0', 0)
  })

  it('takes Infinity in code where there may be no limit', () => {
    expect(integer(0, { unlimited: true }).parse(Number.POSITIVE_INFINITY)).toBe(Number.POSITIVE_INFINITY)
    refuses(integer(0), Number.POSITIVE_INFINITY)
    refuses(integer(0, { unlimited: true }), 'Infinity')
  })
})

describe('timeout', () => {
  it('takes 0 as no limit, which is the longest that a timer runs', () => {
    expect(['0', '1', 250].map((value) => timeout.parse(value))).toEqual([2147483647, 1, 250])
    refuses(timeout, '-1', '10s')
  })
})

describe('fraction', () => {
  it('takes decimals from 0 to 1', () => {
    const values = ['0', '1', '0.25', '.5', '1.', '1e-3', 0.1]
    expect(values.map((value) => fraction.parse(value))).toEqual([0, 1, 0.25, 0.5, 1, 0.001, 0.1])
    refuses(fraction, '1.01', '-0.1', '10%', '0x1', 'half', '.', 2, Number.NaN)
  })
})

describe('rate', () => {
  it('takes decimals above 0', () => {
    expect(['10', '0.5', '1e3', 2].map((value) => rate.parse(value))).toEqual([10, 0.5, 1000, 2])
    refuses(rate, '0', '-1', '10/s', 'ten', 0, -1, Number.NaN, Number.POSITIVE_INFINITY, true)
  })
})

describe('oneOf', () => {
  it('takes its words in any case', () => {
    expect(oneOf(['gzip', 'none']).parse('GZip')).toBe('gzip')
    refuses(oneOf(['gzip', 'none']), 'zstd', 1)
  })

  it('has better advice where it was given some', () => {
    const kind = oneOf(['http/json'], { grpc: 'Use HTTP.' })
    expect(kind.parse('gRPC')).toEqual(new Refusal({ cure: 'Use HTTP.' }))
    expect(kind.parse('constructor')).toEqual(new Refusal({ cure: 'Use one of these.' }))
  })
})

describe('listOf', () => {
  const kind = listOf(oneOf(['a', 'b', 'c']), 'none')

  it('takes values with commas between them or an array, in order and each once', () => {
    expect(kind.parse('b, A,b')).toEqual(['b', 'a'])
    expect(kind.parse(['c', 'a'])).toEqual(['c', 'a'])
  })

  it('is empty for its word for nothing, alone, and for an empty array', () => {
    expect(['None', []].map((value) => kind.parse(value))).toEqual([[], []])
    refuses(kind, 'none,a', 'a,,b', ',', '', 1)
    refuses(listOf(oneOf(['a'])), 'none')
  })

  it('names every entry it refuses', () => {
    expect(kind.parse('a,x,b,y')).toEqual(
      new Refusal(
        { received: '"x"', cure: 'Use one of these.' },
        { received: '"y"', cure: 'Use one of these.' },
      ),
    )
  })
})
