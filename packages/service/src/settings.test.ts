import { describe, expect, it } from 'vitest'
import { readSettings, SettingsError, type SettingsReader } from './settings.ts'

function problemsOf(
  env: Record<string, string>,
  read: (settings: SettingsReader) => unknown,
): readonly string[] {
  try {
    readSettings(env, read)
  } catch (error) {
    if (error instanceof SettingsError) return error.problems
    throw error
  }
  return []
}

describe('readSettings', () => {
  it('gives what was read', () => {
    const env = { DICE_HOST: '::1', DICE_PORT: '0' }
    expect(readSettings(env, (settings) => settings.listenAddress('DICE', 8081))).toEqual({
      host: '::1',
      port: 0,
      hostVariable: 'DICE_HOST',
      portVariable: 'DICE_PORT',
    })
  })

  it('takes an empty variable for an unset one, and listens on loopback by default', () => {
    const env = { DICE_HOST: '', DICE_PORT: '' }
    expect(readSettings(env, (settings) => settings.listenAddress('DICE', 8081))).toMatchObject({
      host: '127.0.0.1',
      port: 8081,
    })
  })

  it('names every problem in one error with a code', () => {
    const env = { DICE_HOST: 'a b', DICE_PORT: '70000', DICE_URL: 'dice' }
    const read = (settings: SettingsReader) => [
      settings.listenAddress('DICE', 8081),
      settings.httpUrl('DICE_URL'),
    ]
    const message = [
      'DICE_HOST: expected an IP address or a host name, received "a b". Leave it unset for 127.0.0.1.',
      'DICE_PORT: expected a whole number from 0 to 65535, received "70000". Leave it unset for 8081.',
      'DICE_URL: expected an http:// or https:// address without credentials, query or fragment, received "dice". Write it like http://127.0.0.1:8080.',
    ].join('\n')
    expect(() => readSettings(env, read)).toThrow(
      expect.objectContaining({ name: 'SettingsError', code: 'ERR_SERVICE_SETTINGS', message }),
    )
  })
})

describe('SettingsReader', () => {
  it.each([
    '127.0.0.1',
    '0.0.0.0',
    '::',
    '::1',
    'fe80::1',
    'localhost',
    'dice',
    'my_dice',
    'Dice.Example.com',
  ])('takes the host %s', (host) => {
    expect(readSettings({ HOST: host }, (settings) => settings.host('HOST', '127.0.0.1'))).toBe(host)
  })

  it.each([
    '8080',
    '127.1',
    '1.2.3.4.5',
    '[::1]',
    'http://localhost',
    'localhost:80',
    'a/b',
    'u@h',
    ' ',
    'a\n',
  ])('refuses the host %j', (host) => {
    expect(problemsOf({ HOST: host }, (settings) => settings.host('HOST', '127.0.0.1'))).toHaveLength(1)
  })

  it.each(['0', '65535', '080'])('takes the number %s', (value) => {
    expect(readSettings({ N: value }, (settings) => settings.wholeNumber('N', 1, 0, 65_535))).toBe(
      Number(value),
    )
  })

  it.each(['-1', '65536', '1.5', '1e3', '0x10', ' 80', '80 ', '٣', 'NaN', '99999999999999999999'])(
    'refuses the number %j',
    (value) => {
      expect(problemsOf({ N: value }, (settings) => settings.wholeNumber('N', 1, 0, 65_535))).toHaveLength(1)
    },
  )

  it.each([
    ['http://127.0.0.1:8081', 'http://127.0.0.1:8081'],
    ['http://127.0.0.1:8081/', 'http://127.0.0.1:8081'],
    ['https://example.com/dice//', 'https://example.com/dice'],
    ['http://0.0.0.0:4318', 'http://127.0.0.1:4318'],
    ['http://[::]:4318/', 'http://[::1]:4318'],
    ['HTTP://LOCALHOST:80', 'http://localhost'],
  ])('takes the address %s as %s', (value, url) => {
    expect(readSettings({ URL: value }, (settings) => settings.httpUrl('URL'))).toBe(url)
  })

  it.each([
    ['localhost:8081', '"localhost:8081"'],
    ['ftp://127.0.0.1', '"ftp://127.0.0.1"'],
    ['http://', '"http://"'],
    ['http://127.0.0.1:99999', '"http://127.0.0.1:99999"'],
    ['http://127.0.0.1/#top', '"http://127.0.0.1/#<redacted>"'],
    ['http://127.0.0.1?key=s3cret', '"http://127.0.0.1?<redacted>"'],
    ['http://me:s3cret@127.0.0.1', '"http://<redacted>@127.0.0.1"'],
    ['http://me:s3/cr@et@127.0.0.1', '"http://<redacted>@127.0.0.1"'],
    ['me:s3cret@127.0.0.1', '"<redacted>@127.0.0.1"'],
  ])('refuses the address %s, and prints no secret of it', (value, received) => {
    expect(problemsOf({ URL: value }, (settings) => settings.httpUrl('URL'))).toEqual([
      expect.stringContaining(`, received ${received}. `),
    ])
  })

  it('follows a service that moved by its own host and port', () => {
    const read = (settings: SettingsReader) => settings.serviceUrl('DICE', 8081)
    expect(readSettings({}, read)).toBe('http://127.0.0.1:8081')
    expect(readSettings({ DICE_PORT: '9001' }, read)).toBe('http://127.0.0.1:9001')
    expect(readSettings({ DICE_HOST: '0.0.0.0' }, read)).toBe('http://127.0.0.1:8081')
    expect(readSettings({ DICE_PORT: '9001', DICE_URL: 'http://dice:1' }, read)).toBe('http://dice:1')
  })

  it('refuses to follow a service to a port that the system is going to choose', () => {
    expect(problemsOf({ DICE_PORT: '0' }, (settings) => settings.serviceUrl('DICE', 8081))).toEqual([
      'DICE_PORT: expected a whole number from 1 to 65535, received "0". Leave it unset for 8081.',
    ])
  })
})
