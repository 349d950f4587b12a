import { Problem } from '@linked-traces/service/problem'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { DeferredJobs } from './deferred-jobs.ts'

afterEach(() => {
  vi.restoreAllMocks()
})

function start({ maxJobs = 10, keepMillis = 1000 } = {}) {
  const clock = { now: 0 }
  const jobs = new DeferredJobs({ maxJobs, keepMillis, now: () => clock.now })
  return { jobs, clock }
}

/** Lets what has settled be noticed. */
const settle = () => new Promise((resolve) => setImmediate(resolve))

const never = () => new Promise<number[]>(() => {})

const codeOf = (action: () => unknown): unknown => {
  try {
    action()
  } catch (error) {
    return error instanceof Problem ? error.code : error
  }
  return undefined
}

describe('DeferredJobs', () => {
  it('tells a job pending, then done with its results', async () => {
    const { jobs } = start()
    const work = Promise.withResolvers<number[]>()
    const id = jobs.add(() => work.promise)
    expect(jobs.get(id)).toMatchObject({ state: 'pending', results: [] })
    work.resolve([4])
    await settle()
    expect(jobs.get(id)).toMatchObject({ state: 'done', results: [4], problem: undefined })
  })

  it('keeps the problem of a job that failed', async () => {
    const { jobs } = start()
    const problem = new Problem({ status: 502, code: 'away', detail: 'Away.' })
    const id = jobs.add(() => Promise.reject(problem))
    await settle()
    expect(jobs.get(id)).toMatchObject({ state: 'failed', problem })
  })

  it('logs an error that is no problem, and tells nothing of it', async () => {
    const log = vi.spyOn(console, 'error').mockReturnValue()
    const { jobs } = start()
    const id = jobs.add(() => Promise.reject(new Error('secret')))
    await settle()
    expect(jobs.get(id).problem).toMatchObject({ status: 500, code: 'internal_error' })
    expect(jobs.get(id).problem?.message).not.toContain('secret')
    expect(log).toHaveBeenCalledOnce()
  })

  it('forgets a finished job after its time, and says that it is gone', async () => {
    const { jobs, clock } = start({ keepMillis: 1000 })
    const id = jobs.add(async () => [4])
    await settle()
    clock.now = 999
    expect(jobs.get(id).state).toBe('done')
    clock.now = 1000
    expect(codeOf(() => jobs.get(id))).toBe('job_gone')
    expect(codeOf(() => jobs.get(id))).toBe('job_gone')
    expect(codeOf(() => jobs.get('none'))).toBe('job_not_found')
  })

  it('never forgets a job that is pending', () => {
    const { jobs, clock } = start({ keepMillis: 1000 })
    const id = jobs.add(never)
    clock.now = 1_000_000
    expect(jobs.get(id).state).toBe('pending')
  })

  it('gives the place of the oldest finished job to a new one when all places are taken', async () => {
    const { jobs } = start({ maxJobs: 3 })
    const pending = jobs.add(never)
    const first = jobs.add(async () => [1])
    const second = jobs.add(async () => [2])
    await settle()
    jobs.add(never)
    expect(codeOf(() => jobs.get(first))).toBe('job_gone')
    expect(jobs.get(pending).state).toBe('pending')
    expect(jobs.get(second).state).toBe('done')
  })

  it('takes no more jobs when all it has room for are pending', () => {
    const { jobs } = start({ maxJobs: 2 })
    jobs.add(never)
    jobs.add(never)
    const work = vi.fn(never)
    expect(codeOf(() => jobs.add(work))).toBe('too_many_jobs')
    expect(work).not.toHaveBeenCalled()
  })

  it('remembers 10,000 jobs that are gone', async () => {
    const { jobs } = start({ maxJobs: 1 })
    const ids: string[] = []
    for (let added = 0; added < 10_002; added += 1) {
      ids.push(jobs.add(async () => []))
      await settle()
    }
    expect(codeOf(() => jobs.get(ids[0] ?? ''))).toBe('job_not_found')
    expect(codeOf(() => jobs.get(ids[1] ?? ''))).toBe('job_gone')
  })

  it('hurries what runs when it is to finish, and waits for it', async () => {
    const { jobs } = start()
    const id = jobs.add(
      ({ hurry }) => new Promise((resolve) => hurry.addEventListener('abort', () => resolve([4]))),
    )
    expect(await jobs.finish(15_000)).toBe(0)
    expect(jobs.get(id).state).toBe('done')
  })

  it('waits no longer than the deadline, and tells how many are left', async () => {
    const { jobs } = start()
    jobs.add(never)
    jobs.add(never)
    expect(await jobs.finish(1)).toBe(2)
  })
})
