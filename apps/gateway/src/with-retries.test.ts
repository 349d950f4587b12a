import { describe, expect, it, vi } from 'vitest'
import { type RetryPolicy, withRetries } from './with-retries.ts'

const policy: RetryPolicy = {
  attempts: 3,
  backoffMillis: 1,
  isTemporary: (error) => error instanceof Error && error.message === 'busy',
  random: () => 0,
}

describe('withRetries', () => {
  it('calls until it works, with the number of the attempt', async () => {
    const asked: number[] = []
    const call = async (attempt: number) => {
      asked.push(attempt)
      if (attempt < 3) throw new Error('busy')
      return 'done'
    }
    expect(await withRetries(policy, call)).toBe('done')
    expect(asked).toEqual([1, 2, 3])
  })

  it('fails as the last attempt does', async () => {
    const call = vi.fn().mockRejectedValue(new Error('busy'))
    await expect(withRetries(policy, call)).rejects.toThrow('busy')
    expect(call).toHaveBeenCalledTimes(3)
  })

  it('does not try again what is not temporary', async () => {
    const call = vi.fn().mockRejectedValue(new Error('wrong'))
    await expect(withRetries(policy, call)).rejects.toThrow('wrong')
    expect(call).toHaveBeenCalledOnce()
  })

  it('waits for a random part of a time that doubles', async () => {
    vi.useFakeTimers()
    try {
      const call = vi.fn().mockRejectedValue(new Error('busy'))
      const end = withRetries({ ...policy, backoffMillis: 100, random: () => 0.5 }, call).catch(
        () => 'failed',
      )
      await vi.advanceTimersByTimeAsync(49)
      expect(call).toHaveBeenCalledTimes(1)
      await vi.advanceTimersByTimeAsync(1)
      expect(call).toHaveBeenCalledTimes(2)
      await vi.advanceTimersByTimeAsync(99)
      expect(call).toHaveBeenCalledTimes(2)
      await vi.advanceTimersByTimeAsync(1)
      expect(call).toHaveBeenCalledTimes(3)
      expect(await end).toBe('failed')
    } finally {
      vi.useRealTimers()
    }
  })
})
