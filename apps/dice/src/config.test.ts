import { describe, expect, it } from 'vitest'
import manifest from '../package.json' with { type: 'json' }
import { resolveDiceConfig } from './config.ts'

describe('resolveDiceConfig', () => {
  it('listens by default on the port that package.json tells `pnpm dev`', () => {
    expect(resolveDiceConfig({}).address.port).toBe(manifest.config.port)
  })

  it('listens on port 8081 of loopback by default', () => {
    expect(resolveDiceConfig({}).address).toMatchObject({ host: '127.0.0.1', port: 8081 })
  })

  it('moves by DICE_HOST and DICE_PORT', () => {
    expect(resolveDiceConfig({ DICE_HOST: '::1', DICE_PORT: '9001' }).address).toEqual({
      host: '::1',
      port: 9001,
      hostVariable: 'DICE_HOST',
      portVariable: 'DICE_PORT',
    })
  })

  it('names every problem at once', () => {
    expect(() => resolveDiceConfig({ DICE_HOST: '?', DICE_PORT: '?' })).toThrow(/^DICE_HOST: .*\nDICE_PORT: /)
  })
})
