import { Problem } from '@linked-traces/service/problem'
import type { RequestHandler } from 'express'
import type { BatchQueue } from '../batch-queue.ts'
import { countParameter } from '../count-parameter.ts'
import type { DeferredJobs } from '../deferred-jobs.ts'
import { type RollMessage, sendRoll } from '../roll-messages.ts'
import { sendAccepted } from '../send-accepted.ts'

/** Messages: answers at once, and sends `?count=n` messages to a queue; whoever consumes them is linked to each. */
export function rollBatch(
  queue: BatchQueue<RollMessage>,
  jobs: DeferredJobs,
  workbenchUrl: string | undefined,
): RequestHandler {
  return (request, response) => {
    const count = countParameter(request.query)
    if (!queue.hasRoomFor(count)) throw queueFull()
    const id = jobs.add((job) => Promise.all(Array.from({ length: count }, () => sendRoll(queue, job))))
    sendAccepted(request, response, id, workbenchUrl)
  }
}

function queueFull(): Problem {
  return new Problem({
    status: 503,
    code: 'queue_full',
    detail: 'The queue of rolls is full. Try again in a moment.',
    headers: { 'retry-after': '1' },
  })
}
