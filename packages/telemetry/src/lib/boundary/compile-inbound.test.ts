import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import { DiagLogLevel, diag } from '@opentelemetry/api'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { compileInbound } from './compile-inbound.ts'
import type { InboundPolicy } from './inbound-policy.ts'

function requestTo(url: string, method = 'GET'): IncomingMessage {
  return Object.assign(new IncomingMessage(new Socket()), { url, method })
}

const CONTINUE = { mode: 'continue', trusted: true }
const UNDECIDED = { mode: 'link', trusted: false }

describe('compileInbound', () => {
  afterEach(() => diag.disable())

  it('decides every request alike when the policy is one mode', () => {
    expect(compileInbound('link')(requestTo('/x'))).toEqual({ mode: 'link', trusted: true })
  })

  it('lets the first rule decide whose path and method match', () => {
    const decide = compileInbound([
      { path: '/hooks/private', mode: 'ignore' },
      { path: '/hooks/*', method: 'POST', mode: 'link', trusted: false },
      { path: '/hooks/*', mode: 'link' },
    ])
    expect(decide(requestTo('/hooks/private?x'))).toEqual({ mode: 'ignore', trusted: true })
    expect(decide(requestTo('/hooks/a', 'POST'))).toEqual({ mode: 'link', trusted: false })
    expect(decide(requestTo('/hooks/a', 'GET'))).toEqual({ mode: 'link', trusted: true })
  })

  it.each([
    '/HOOKS/x',
    '//hooks/x',
    '//host/hooks/x',
    '/hooks//x',
    '/hooks',
    '/%68ooks/x',
    'http://host/Hooks/x',
    '/hooks\\x',
    '/a/../hooks/x',
    '/%2e/hooks/x',
    '/a/..//hooks/x',
  ])('severs an untrusted caller, however it spells the path: %s', (url) => {
    const decide = compileInbound([{ path: '/hooks/*', mode: 'link', trusted: false }])
    expect(decide(requestTo(url))).toEqual({ mode: 'link', trusted: false })
  })

  it('gives a path that routers do not agree on the strictest of its decisions', () => {
    const rules = [
      { path: '/*', mode: 'continue' },
      { path: '/a', mode: 'link' },
      { path: '/b', mode: 'ignore' },
      { path: '/c', mode: 'link', trusted: false },
      { path: '/d', mode: 'link' },
    ] as const
    const strictest = (count: number) => compileInbound(rules.slice(0, count))(requestTo('/x/../y'))
    expect([0, 1, 2, 3, 4, 5].map(strictest)).toEqual([
      CONTINUE,
      CONTINUE,
      { mode: 'link', trusted: true },
      { mode: 'ignore', trusted: true },
      { mode: 'link', trusted: false },
      { mode: 'link', trusted: false },
    ])
  })

  it('continues what no rule matches', () => {
    expect(compileInbound([{ path: '/hooks', mode: 'link' }])(requestTo('/'))).toEqual(CONTINUE)
    expect(compileInbound([])(requestTo('/'))).toEqual(CONTINUE)
  })

  it('asks a function, which may answer a mode, a decision or nothing', () => {
    const answers = new Map<string, unknown>([
      ['/mode', 'ignore'],
      ['/decision', { mode: 'link', trusted: false }],
    ])
    const decide = compileInbound(({ url = '' }) => answers.get(url) as 'ignore')
    expect(decide(requestTo('/mode'))).toEqual({ mode: 'ignore', trusted: true })
    expect(decide(requestTo('/decision'))).toEqual({ mode: 'link', trusted: false })
    expect(decide(requestTo('/nothing'))).toEqual(CONTINUE)
  })

  it.each<[string, () => unknown]>([
    ['an unknown mode', () => 'lnk'],
    ['null', () => null],
    ['a decision without trust', () => ({ mode: 'link' })],
    ['an untrusted continue', () => ({ mode: 'continue', trusted: false })],
    ['a promise', () => Promise.reject(new Error('too late'))],
  ])('links as from an untrusted caller when a function answers %s', (_, policy) => {
    expect(compileInbound(policy as InboundPolicy)(requestTo('/'))).toEqual(UNDECIDED)
  })

  it('links as from an untrusted caller when a function throws, and complains aloud only once', () => {
    const logger = { error: vi.fn(), warn: vi.fn(), info: vi.fn(), debug: vi.fn(), verbose: vi.fn() }
    diag.setLogger(logger, { logLevel: DiagLogLevel.ALL, suppressOverrideMessage: true })
    const failure = new Error('no such tenant')
    const decide = compileInbound(() => {
      throw failure
    })
    expect([decide(requestTo('/')), decide(requestTo('/'))]).toEqual([UNDECIDED, UNDECIDED])
    expect(logger.error.mock.calls).toEqual([
      [
        'The inbound policy threw; the request is linked as from an untrusted caller. Further failures are logged at debug level.',
        failure,
      ],
    ])
    expect(logger.debug.mock.calls).toContainEqual([
      'The inbound policy threw; the request is linked as from an untrusted caller.',
      failure,
    ])
  })
})
