import { Problem } from '@linked-traces/service/problem'
import { calleeOf } from '@linked-traces/telemetry/links'
import type { SpanContext } from '@opentelemetry/api'
import { errors, Pool } from 'undici'

/** The most bytes of an answer that are read; dice's own is two for each roll. */
const MAX_ANSWER_BYTES = 1024

/** Connections to dice at the most; further requests wait for one, within their deadline. */
const MAX_CONNECTIONS = 256

const NONSENSE = [errors.HTTPParserError, errors.HeadersOverflowError, errors.ResponseExceededMaxSizeError]

export interface Roll {
  /** 1–6. */
  readonly result: number
  /** The root span of dice's own trace, where it started one for this roll and says so. */
  readonly callee: SpanContext | undefined
}

/** Rolls the dice of the dice service. */
export class DiceClient {
  readonly #pool: Pool
  readonly #basePath: string
  readonly #timeoutMillis: number

  /**
   * @param url of the dice service, without a slash at its end.
   * @param timeoutMillis the longest a roll may take, from the wait for a connection to the last byte of the answer.
   */
  constructor(url: string, timeoutMillis: number) {
    const { origin, pathname } = new URL(url)
    this.#basePath = pathname.replace(/\/$/, '')
    this.#timeoutMillis = timeoutMillis
    this.#pool = new Pool(origin, {
      connections: MAX_CONNECTIONS,
      maxResponseSize: MAX_ANSWER_BYTES,
      // Up to half a second late. The exact deadline is each roll's own signal, which does not end a connect.
      connect: { timeout: timeoutMillis },
      headersTimeout: 0,
      bodyTimeout: 0,
    })
  }

  /** @throws {Problem} `dice_unreachable`, `dice_unavailable`, `dice_timeout` or `dice_bad_answer`. */
  async roll(path: '/rolldice' | '/roll_with_link' | `/roll_with_link?${string}`): Promise<Roll> {
    const { body, headers } = await this.#get(path)
    if (!/^[1-6]$/.test(body)) throw badAnswer()
    return { result: Number(body), callee: calleeOf(headers) }
  }

  /**
   * Rolls several times with one request.
   *
   * @throws {Problem} as {@link roll}.
   */
  async rollMany(rolls: number): Promise<number[]> {
    const { body } = await this.#get(`/rolldice?rolls=${rolls}`)
    if (!/^\[[1-6](,[1-6])*\]$/.test(body)) throw badAnswer()
    const results: number[] = JSON.parse(body)
    if (results.length !== rolls) throw badAnswer()
    return results
  }

  async #get(path: string) {
    const deadline = new AbortController()
    // A reason of our own: the span of the call names its `code`, where a DOMException would leave a number.
    const timer = setTimeout(() => deadline.abort(this.#tooSlow()), this.#timeoutMillis)
    try {
      const { statusCode, headers, body } = await this.#pool.request({
        method: 'GET',
        path: this.#basePath + path,
        // By its name dice's spans tell whose call it was, also where the call itself was not sampled.
        headers: { accept: 'text/plain', 'user-agent': 'gateway' },
        signal: deadline.signal,
      })
      // Read to its end whatever the status: only then is the connection free, and the span of the call at its end.
      const text = await body.text()
      if (statusCode === 503) throw unavailable()
      if (statusCode !== 200) throw badAnswer()
      return { headers, body: text }
    } catch (error) {
      throw this.#asProblem(error)
    } finally {
      clearTimeout(timer)
    }
  }

  #asProblem(error: unknown): Problem {
    if (error instanceof Problem) return error
    if (error instanceof errors.ConnectTimeoutError) return this.#tooSlow(error)
    if (NONSENSE.some((kind) => error instanceof kind)) return badAnswer(error)
    return new Problem({
      status: 502,
      code: 'dice_unreachable',
      detail: 'The dice service cannot be reached. Try again in a moment.',
      cause: error,
    })
  }

  #tooSlow(cause?: unknown): Problem {
    return new Problem({
      status: 504,
      code: 'dice_timeout',
      detail: `The dice service did not answer within ${this.#timeoutMillis} ms. Try again in a moment.`,
      cause,
    })
  }
}

function unavailable(): Problem {
  return new Problem({
    status: 503,
    code: 'dice_unavailable',
    detail: 'The dice service takes no rolls at the moment. Try again in a moment.',
    headers: { 'retry-after': '1' },
  })
}

function badAnswer(cause?: unknown): Problem {
  return new Problem({
    status: 502,
    code: 'dice_bad_answer',
    detail: 'The dice service gave an answer that is not a roll.',
    cause,
  })
}
