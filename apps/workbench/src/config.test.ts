import { describe, expect, it } from 'vitest'
import { resolveWorkbenchConfig } from './config.ts'

describe('resolveWorkbenchConfig', () => {
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
})
