import { describe, expect, it } from 'vitest'
import manifest from '../package.json' with { type: 'json' }
import { resolveWorkbenchConfig } from './config.ts'

describe('resolveWorkbenchConfig', () => {
  it('listens by default on the port that package.json tells `pnpm dev`', () => {
    expect(resolveWorkbenchConfig({}, 'linux').address.port).toBe(manifest.config.port)
  })

  it('listens on 127.0.0.1:4318 and stops by signal unless told otherwise; empty means unset', () => {
    expect(resolveWorkbenchConfig({ WORKBENCH_PORT: '', WORKBENCH_STOP_WITH: '' }, 'linux')).toMatchObject({
      address: { host: '127.0.0.1', port: 4318 },
      stopWith: 'signal',
    })
  })

  it.each<[NodeJS.Platform, Record<string, string>, RegExp]>([
    ['linux', {}, /\/\.local\/state\/linked-traces$/],
    ['linux', { XDG_STATE_HOME: '/state' }, /^\/state\/linked-traces$/],
    ['darwin', {}, /\/Library\/Application Support\/linked-traces$/],
    ['win32', { LOCALAPPDATA: '/appdata' }, /\/appdata\/linked-traces$/],
    ['linux', { WORKBENCH_DATA: '/elsewhere', XDG_STATE_HOME: '/state' }, /^\/elsewhere$/],
    ['linux', { WORKBENCH_DATA: ':memory:' }, /^:memory:$/],
  ])('keeps its data on %s with %o in %s', (platform, env, folder) => {
    expect(resolveWorkbenchConfig(env, platform).data).toMatch(folder)
  })

  it('names every variable it cannot honour at once', () => {
    const env = { WORKBENCH_PORT: '70000', WORKBENCH_HOST: 'a/b', WORKBENCH_STOP_WITH: 'stdout' }
    expect(() => resolveWorkbenchConfig(env, 'linux')).toThrow(
      expect.objectContaining({
        problems: [
          expect.stringMatching(/^WORKBENCH_HOST: expected .*received "a\/b"/),
          expect.stringMatching(/^WORKBENCH_PORT: expected a whole number from 0 to 65535, received "70000"/),
          'WORKBENCH_STOP_WITH: expected signal or stdin, received "stdout".',
        ],
      }),
    )
  })

  it('keeps 5,000,000 spans, 4 GiB and 7 days unless told otherwise', () => {
    expect(resolveWorkbenchConfig({}, 'linux').bounds).toEqual({
      spans: 5_000_000,
      bytes: 4 * 1024 ** 3,
      ageMillis: 7 * 24 * 3_600_000,
    })
    const env = { WORKBENCH_MAX_SPANS: '1000', WORKBENCH_MAX_BYTES: '16777216', WORKBENCH_MAX_AGE_HOURS: '1' }
    expect(resolveWorkbenchConfig(env, 'linux').bounds).toEqual({
      spans: 1_000,
      bytes: 16 * 1024 ** 2,
      ageMillis: 3_600_000,
    })
  })

  it.each(['0.0.0.0', '::', '192.168.1.7', 'devbox'])('wants a token before it listens on %s', (host) => {
    expect(() => resolveWorkbenchConfig({ WORKBENCH_HOST: host }, 'linux')).toThrow(
      `WORKBENCH_HOST: ${host} can be reached by others, who could read all telemetry. Set WORKBENCH_TOKEN too`,
    )
    const token = 'a-token-that-is-long'
    expect(resolveWorkbenchConfig({ WORKBENCH_HOST: host, WORKBENCH_TOKEN: token }, 'linux').token).toBe(
      token,
    )
  })

  it.each(['127.0.0.1', '127.1.2.3', '::1', 'localhost'])('wants none for %s', (host) => {
    expect(resolveWorkbenchConfig({ WORKBENCH_HOST: host }, 'linux').token).toBeUndefined()
  })

  it('refuses a token that is easily guessed, without printing it', () => {
    const refuse = () => resolveWorkbenchConfig({ WORKBENCH_TOKEN: 'hunter2' }, 'linux')
    expect(refuse).toThrow(/^WORKBENCH_TOKEN: expected at least 16/)
    expect(refuse).not.toThrow(/hunter2/)
  })

  it('takes origins and names what is none', () => {
    const origins = (list: string) =>
      resolveWorkbenchConfig({ WORKBENCH_ALLOWED_ORIGINS: list }, 'linux').allowedOrigins
    expect(origins(' http://localhost:3000 ,https://app.example')).toEqual([
      'http://localhost:3000',
      'https://app.example',
    ])
    expect(() => origins('http://localhost:3000/path')).toThrow(
      'WORKBENCH_ALLOWED_ORIGINS: expected origins such as http://localhost:3000, received "http://localhost:3000/path".',
    )
  })
})
