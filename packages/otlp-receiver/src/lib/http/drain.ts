import type { IncomingMessage } from 'node:http'

/** A refused sender that goes on past this is cut off. */
const mostDrainedBytes = 8 * 1024 * 1024
const longestDrain = 5_000

/**
 * Reads on after a refusal and throws away what comes, so that the sender gets to read its answer and can use the connection
 * again; within bounds, so that nobody can make the server listen forever.
 */
export const drain = (request: IncomingMessage): void => {
  if (request.complete || request.destroyed) return
  let drained = 0
  const cutOff = setTimeout(() => request.destroy(), longestDrain)
  request.on('data', (chunk: Buffer) => {
    drained += chunk.byteLength
    if (drained > mostDrainedBytes) request.destroy()
  })
  request.once('close', () => clearTimeout(cutOff)).once('end', () => clearTimeout(cutOff))
  request.resume()
}
