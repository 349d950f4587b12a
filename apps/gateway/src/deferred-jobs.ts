import { randomUUID } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { Problem } from '@linked-traces/service/problem'
import type { Span, SpanContext } from '@opentelemetry/api'

/** The most ids of jobs remembered as gone; the oldest are forgotten first, and then answered 404. */
const MAX_GONE = 10_000

/** What a job is given while it runs. */
export interface RunningJob {
  /** Aborted when the service stops: what the job only waits for, it should not wait for any longer. */
  readonly hurry: AbortSignal
  /** Notes a span that makes the job's result, for those who ask for it. */
  madeBy(span: Span): void
}

/** How a job stands. */
export type JobState = 'pending' | 'done' | 'failed'

/** A job as those see it who ask for it. */
export interface Job {
  readonly state: JobState
  /** When `done`. */
  readonly results: readonly number[]
  /** When `failed`. */
  readonly problem: Problem | undefined
  /** The spans that make its result. */
  readonly makers: readonly SpanContext[]
}

export interface DeferredJobsOptions {
  /** The most jobs kept; beyond it the oldest finished goes, and where all are pending no more are taken. */
  readonly maxJobs: number
  /** How long a finished job is kept, in milliseconds. */
  readonly keepMillis: number
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number
}

interface StoredJob {
  state: JobState
  results: readonly number[]
  problem: Problem | undefined
  readonly makers: SpanContext[]
  finishedAt: number
}

/** Work that goes on after the request for it was answered, in this process, and is asked for by its id. */
export class DeferredJobs {
  readonly #options: DeferredJobsOptions
  /** At most `maxJobs`, in the order they were added. */
  readonly #jobs = new Map<string, StoredJob>()
  /** At most `MAX_GONE`, in the order they went. */
  readonly #gone = new Set<string>()
  /** Those that run; each leaves when it settles. */
  readonly #running = new Set<Promise<void>>()
  readonly #hurry = new AbortController()

  constructor(options: DeferredJobsOptions) {
    this.#options = options
  }

  /**
   * Starts a job, in the caller's context, and gives its id.
   *
   * @throws {Problem} 503 `too_many_jobs`.
   */
  add(work: (job: RunningJob) => Promise<readonly number[]>): string {
    this.#makeRoom()
    const id = randomUUID()
    const job: StoredJob = { state: 'pending', results: [], problem: undefined, makers: [], finishedAt: 0 }
    this.#jobs.set(id, job)
    const running = this.#run(job, work).finally(() => this.#running.delete(running))
    this.#running.add(running)
    return id
  }

  /** @throws {Problem} 404 `job_not_found`, or 410 `job_gone` for one that is not kept any longer. */
  get(id: string): Job {
    const job = this.#jobs.get(id)
    if (job !== undefined && !this.#isExpired(job)) return job
    if (job !== undefined) this.#drop(id)
    if (this.#gone.has(id)) {
      throw new Problem({
        status: 410,
        code: 'job_gone',
        detail: `This was finished, and is not kept any longer: it was kept for ${this.#options.keepMillis / 1000} s at the most.`,
      })
    }
    throw new Problem({
      status: 404,
      code: 'job_not_found',
      detail: 'There is no job with this id. Jobs end with the process that runs them.',
    })
  }

  /** Hurries the jobs that run, and waits for them, but no longer than the deadline; gives how many are left. */
  async finish(deadlineMillis: number): Promise<number> {
    this.#hurry.abort()
    const deadline = new AbortController()
    const passed = wait(deadlineMillis, undefined, { signal: deadline.signal }).catch(() => {})
    await Promise.race([Promise.all(this.#running), passed])
    deadline.abort()
    return this.#running.size
  }

  async #run(job: StoredJob, work: (job: RunningJob) => Promise<readonly number[]>): Promise<void> {
    try {
      const madeBy = (span: Span) => void job.makers.push(span.spanContext())
      job.results = await work({ hurry: this.#hurry.signal, madeBy })
      job.state = 'done'
    } catch (error) {
      job.problem = error instanceof Problem ? error : unexpected(error)
      job.state = 'failed'
    }
    job.finishedAt = this.#options.now()
  }

  #makeRoom(): void {
    for (const [id, job] of this.#jobs) if (this.#isExpired(job)) this.#drop(id)
    if (this.#jobs.size < this.#options.maxJobs) return
    const oldest = [...this.#jobs].find(([, { state }]) => state !== 'pending')
    if (oldest === undefined) throw tooManyJobs(this.#options.maxJobs)
    this.#drop(oldest[0])
  }

  #isExpired({ state, finishedAt }: StoredJob): boolean {
    return state !== 'pending' && this.#options.now() - finishedAt >= this.#options.keepMillis
  }

  #drop(id: string): void {
    this.#jobs.delete(id)
    this.#gone.add(id)
    for (const oldest of this.#gone) {
      if (this.#gone.size <= MAX_GONE) break
      this.#gone.delete(oldest)
    }
  }
}

function tooManyJobs(maxJobs: number): Problem {
  return new Problem({
    status: 503,
    code: 'too_many_jobs',
    detail: `${maxJobs} jobs are pending, and no more are taken. Try again in a moment.`,
    headers: { 'retry-after': '1' },
  })
}

function unexpected(cause: unknown): Problem {
  console.error('A deferred job failed:', cause)
  const detail = 'Something went wrong on our side. Try again later.'
  return new Problem({ status: 500, code: 'internal_error', detail, cause })
}
