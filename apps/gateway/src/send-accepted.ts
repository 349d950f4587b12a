import { trace } from '@opentelemetry/api'
import type { Request, Response } from 'express'
import { sendAnswer } from './send-answer.ts'
import { locateTrace } from './trace-location.ts'

/** Answers 202: the job is under way, and can be asked for at `Location`. */
export function sendAccepted(
  request: Request,
  response: Response,
  jobId: string,
  workbenchUrl: string | undefined,
): void {
  const location = `/rolls/${jobId}`
  const gateway = locateTrace(trace.getActiveSpan()?.spanContext(), workbenchUrl)
  response.status(202).location(location)
  sendAnswer(request, response, {
    text: `Rolling. Ask at ${location}`,
    json: { state: 'pending', location, traces: { gateway } },
  })
}
