import { describe, expect, it } from 'vitest'
import { parseInbound } from './parse-inbound.ts'

describe('parseInbound', () => {
  it.each(['continue', 'link', 'ignore', ' link ', 'LINK', 'Ignore'])(
    'reads %j as one mode for every request',
    (text) => {
      expect(parseInbound(text)).toEqual({ policy: text.trim().toLowerCase(), problems: [] })
    },
  )

  it('reads the words of rules in any case, and leaves paths as they are', () => {
    expect(parseInbound('get /Hooks=Link:UNTRUSTED')).toEqual({
      policy: [{ method: 'GET', path: '/Hooks', mode: 'link', trusted: false }],
      problems: [],
    })
  })

  it.each(['/a=link;/b=link', '/a=link; /b=link', '/a=b=ignore', '/a;v=1=link'])(
    'refuses %j, whose path would hold another rule',
    (text) => {
      expect(parseInbound(text).problems).toEqual([
        {
          expected: 'a path without = and ;',
          received: JSON.stringify(text),
          cure: 'Separate rules with commas. A path with one of these in it can be given in code.',
        },
      ])
    },
  )

  it('reads rules in their order, with method and trust', () => {
    expect(parseInbound('GET /hooks/*=link:untrusted, /a=ignore,/*=continue')).toEqual({
      policy: [
        { method: 'GET', path: '/hooks/*', trusted: false, mode: 'link' },
        { path: '/a', mode: 'ignore' },
        { path: '/*', mode: 'continue' },
      ],
      problems: [],
    })
  })

  it.each([
    [
      'linked',
      {
        expected: 'continue, link, ignore, or rules such as "GET /hooks/*=link,/*=continue"',
        received: '"linked"',
        cure: 'Write each rule as [METHOD ]/path=mode or [METHOD ]/path=mode:untrusted, with commas between them.',
      },
    ],
    [
      '/*=link,',
      {
        expected: 'continue, link, ignore, or rules such as "GET /hooks/*=link,/*=continue"',
        received: '""',
        cure: 'Write each rule as [METHOD ]/path=mode or [METHOD ]/path=mode:untrusted, with commas between them.',
      },
    ],
    [
      'hooks=link',
      {
        expected: 'a path such as /hooks or /hooks/*',
        received: '"hooks=link" with "hooks"',
        cure: 'Begin it with /, and use * only at its end.',
      },
    ],
    [
      'G3T /hooks=link',
      {
        expected: 'an HTTP method in capitals',
        received: '"G3T /hooks=link" with "G3T"',
        cure: 'Write it as in GET, or leave it out for every method.',
      },
    ],
    [
      '/hooks=linked',
      {
        expected: 'the mode continue, link or ignore',
        received: '"/hooks=linked" with "linked"',
        cure: 'Name one of the three.',
      },
    ],
    [
      '/hooks=continue:untrusted',
      {
        expected: 'link or ignore for an untrusted caller',
        received: '"/hooks=continue:untrusted" with "continue"',
        cure: 'Nobody can continue the trace of a caller they do not trust.',
      },
    ],
  ])('says what is wrong with %j', (text, problem) => {
    expect(parseInbound(text)).toEqual({ problems: [problem] })
  })

  it('names every problem at once', () => {
    expect(parseInbound('hooks=nope,/ok=link,oops').problems).toHaveLength(3)
  })
})
