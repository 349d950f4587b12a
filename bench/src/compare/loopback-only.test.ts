import { describe, expect, it } from 'vitest'
import { interfacesOf, refusal } from './loopback-only.ts'

const DEVICES = `Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
    lo:  189201    1202    0    0    0     0          0         0   189201    1202    0    0    0     0       0          0
  eth0: 9189201   41202    0    0    0     0          0         0   189201    1202    0    0    0     0       0          0
`

describe('interfacesOf', () => {
  it('finds every interface, up or down', () => {
    expect(interfacesOf(DEVICES)).toEqual(['lo', 'eth0'])
  })
})

describe('refusal', () => {
  it('names the interfaces that must not be there, and what to run', () => {
    expect(refusal(['eth0', 'wlan0'], true)).toBe(
      'The comparison runs where only the loopback exists, and here is eth0, wlan0. ' +
        'Run it with `pnpm --filter @linked-traces/bench run peers`, or `tail`, which make a network namespace (Linux).',
    )
  })

  it('says when there is not even the loopback', () => {
    expect(refusal([], false)).toContain('The loopback is down')
  })

  it('is none where only the loopback is up', () => {
    expect(refusal([], true)).toBeUndefined()
  })
})
