import { describe, expect, it } from 'vitest'
import manifest from '../package.json' with { type: 'json' }
import { resolveGatewayConfig } from './config.ts'

describe('resolveGatewayConfig', () => {
  it('listens by default on the port that package.json tells `pnpm dev`', () => {
    expect(resolveGatewayConfig({}).address.port).toBe(manifest.config.port)
  })

  it('has a default for everything but the workbench', () => {
    expect(resolveGatewayConfig({})).toEqual({
      address: { host: '127.0.0.1', port: 8080, hostVariable: 'GATEWAY_HOST', portVariable: 'GATEWAY_PORT' },
      diceUrl: 'http://127.0.0.1:8081',
      diceTimeoutMillis: 5000,
      workbenchUrl: undefined,
    })
  })

  it('takes every setting from its variable', () => {
    const env = {
      GATEWAY_HOST: '::1',
      GATEWAY_PORT: '9000',
      DICE_URL: 'https://example.com/dice/',
      DICE_TIMEOUT_MS: '250',
      WORKBENCH_URL: 'http://127.0.0.1:9002/',
    }
    expect(resolveGatewayConfig(env)).toEqual({
      address: { host: '::1', port: 9000, hostVariable: 'GATEWAY_HOST', portVariable: 'GATEWAY_PORT' },
      diceUrl: 'https://example.com/dice',
      diceTimeoutMillis: 250,
      workbenchUrl: 'http://127.0.0.1:9002',
    })
  })

  it('finds a dice that moved by DICE_HOST and DICE_PORT', () => {
    expect(resolveGatewayConfig({ DICE_HOST: '::', DICE_PORT: '9001' }).diceUrl).toBe('http://[::1]:9001')
  })

  it('gives an address of the workbench that a browser can open', () => {
    expect(resolveGatewayConfig({ WORKBENCH_URL: 'http://0.0.0.0:4318' }).workbenchUrl).toBe(
      'http://127.0.0.1:4318',
    )
  })

  it.each(['0', '60001', '5s', '1.5'])('refuses DICE_TIMEOUT_MS=%s', (value) => {
    expect(() => resolveGatewayConfig({ DICE_TIMEOUT_MS: value })).toThrow(
      `DICE_TIMEOUT_MS: expected a whole number from 1 to 60000, received "${value}". Leave it unset for 5000.`,
    )
  })

  it('names every problem at once', () => {
    const env = { GATEWAY_PORT: '?', DICE_URL: '?', DICE_TIMEOUT_MS: '?', WORKBENCH_URL: '?' }
    expect(() => resolveGatewayConfig(env)).toThrow(
      /^GATEWAY_PORT: .*\nDICE_URL: .*\nDICE_TIMEOUT_MS: .*\nWORKBENCH_URL: .*$/,
    )
  })
})
