import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { Secret } from './secret.ts'

describe('Secret', () => {
  const secret = new Secret('xaat-1234')

  it('travels', () => {
    expect(secret.reveal()).toBe('xaat-1234')
  })

  it('is never printed', () => {
    const printed = [
      String(secret),
      `${secret}`,
      JSON.stringify({ secret }),
      inspect({ secret }, { showHidden: true, depth: null }),
      inspect(new Error('failed', { cause: { secret } })),
    ]
    expect(printed.join('\n')).not.toContain('1234')
    expect(printed[0]).toBe('<redacted>')
  })
})
