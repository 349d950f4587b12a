import { setTimeout as wait } from 'node:timers/promises'
import { withLinkedRoot } from '@linked-traces/telemetry/links'

/**
 * Answers at once. The report is made in a trace of its own, so that the request's trace ends with the
 * answer; the report's root is linked to the span that asked for it, which names the new trace in an event.
 */
export function requestReport(customer: string): { answer: string; finished: Promise<number> } {
  const finished = withLinkedRoot(
    'make report',
    { attributes: { 'app.customer': customer } },
    async (span) => {
      const pages = await makeReport()
      span.setAttribute('app.report.pages', pages)
      return pages
    },
  )
  return { answer: 'accepted', finished }
}

async function makeReport(): Promise<number> {
  await wait(1)
  return 12
}
