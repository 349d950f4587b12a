import { describe, expect, it } from 'vitest'
import { checkInbound } from './check-inbound.ts'

describe('checkInbound', () => {
  it('has nothing against a mode, rules or a function', () => {
    const policies = ['link', [], [{ path: '/*', mode: 'ignore', trusted: false }], () => 'link']
    expect(policies.flatMap(checkInbound)).toEqual([])
  })

  it.each([
    ['lnk', '"lnk"'],
    [undefined, 'undefined'],
    [42, '42'],
  ])('refuses %j as a policy', (policy, received) => {
    expect(checkInbound(policy)).toEqual([
      {
        expected: 'continue, link or ignore, a list of rules, or a function',
        received,
        cure: "Use one mode for every request, or rules such as { path: '/hooks/*', mode: 'link' }.",
      },
    ])
  })

  it('refuses what a rule does not have, as it may be a misspelt limit', () => {
    expect(checkInbound([{ path: '/*', mode: 'link', trustd: false }])).toEqual([
      {
        expected: 'path, method, mode and trusted alone',
        received: 'rule 1: "trustd"',
        cure: 'Correct its name, or remove it.',
      },
    ])
  })

  it('numbers the rules it has something against, and finds every problem', () => {
    const rules = [{ path: '/*', mode: 'link' }, { path: '/*', mode: 'link', trusted: 'no' }, null, {}]
    expect(checkInbound(rules).map(({ expected, received }) => `${expected} <- ${received}`)).toEqual([
      'trusted to be true or false <- rule 2: "no"',
      'a rule { path, method?, mode, trusted? } <- rule 3: null',
      'a path such as /hooks or /hooks/* <- rule 4: undefined',
      'the mode continue, link or ignore <- rule 4: undefined',
    ])
  })
})
