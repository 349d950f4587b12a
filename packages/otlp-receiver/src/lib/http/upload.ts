import type { IncomingMessage } from 'node:http'
import type { ByteBudget } from '../byte-budget.ts'
import { TooLargeError } from '../too-large-error.ts'

/** The sender went away before its body was complete: nobody is left to be answered. */
export class UploadAborted extends Error {
  readonly code = 'OTLP_UPLOAD_ABORTED'
  override readonly name = 'UploadAborted'
}

/** The body was not complete in time (HTTP 408). */
export class UploadTimeout extends Error {
  readonly code = 'OTLP_UPLOAD_TIMEOUT'
  override readonly name = 'UploadTimeout'
}

/** All uploads together hold as much as this receiver may (HTTP 503). */
export class UploadsOverBudget extends Error {
  readonly code = 'OTLP_UPLOADS_OVER_BUDGET'
  override readonly name = 'UploadsOverBudget'
}

/** One request's body. */
export class Upload {
  readonly #request: IncomingMessage
  readonly #budget: ByteBudget
  #taken = 0

  constructor(request: IncomingMessage, budget: ByteBudget) {
    this.#request = request
    this.#budget = budget
  }

  /**
   * Reads the whole body, into memory that belongs to nothing else, within `mostBytes` and `milliseconds`.
   *
   * Throws TooLargeError, UploadAborted, UploadTimeout or UploadsOverBudget, and then has stopped keeping bytes.
   */
  async read(mostBytes: number, milliseconds: number): Promise<Uint8Array> {
    const request = this.#request
    if (Number(request.headers['content-length']) > mostBytes)
      throw new TooLargeError(mostBytes, 'bytes as sent')
    const chunks: Buffer[] = []
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const deadline = setTimeout(() => {
      reject(
        new UploadTimeout(
          `The body was not complete after ${milliseconds} ms. Send it faster, or in smaller parts.`,
        ),
      )
    }, milliseconds)
    let received = 0
    const onData = (chunk: Buffer): void => {
      received += chunk.byteLength
      if (received > mostBytes) reject(new TooLargeError(mostBytes, 'bytes as sent'))
      else if (!this.#budget.take(chunk.byteLength)) {
        reject(new UploadsOverBudget('Too many uploads at once. Try again later.'))
      } else {
        this.#taken += chunk.byteLength
        chunks.push(chunk)
      }
    }
    const onClose = (): void => reject(new UploadAborted('The sender closed the connection within its body.'))
    request.on('data', onData).once('end', resolve).once('close', onClose)
    try {
      await promise
      return joined(chunks, received)
    } finally {
      clearTimeout(deadline)
      request.off('data', onData).off('end', resolve).off('close', onClose)
    }
  }

  /** Gives its bytes back to the budget, once they are no longer needed. */
  release(): void {
    this.#budget.giveBack(this.#taken)
    this.#taken = 0
  }
}

/** Not Buffer.concat, whose result may lie in Buffer's pool: that could not be transferred to another thread. */
const joined = (chunks: readonly Buffer[], length: number): Uint8Array => {
  const body = new Uint8Array(length)
  let at = 0
  for (const chunk of chunks) {
    body.set(chunk, at)
    at += chunk.byteLength
  }
  return body
}
