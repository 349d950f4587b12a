import { linkTo, withLinkedRoot } from '@linked-traces/telemetry/links'

interface Job {
  readonly id: string
  /** The trace context of whoever asked for the job. */
  readonly headers: Readonly<Record<string, string>>
}

// node --import ./telemetry.ts worker.ts
// The environment stands for your queue. Each job is a trace of its own, linked to the span that asked for it.
const jobs: Job[] = JSON.parse(process.env.JOBS ?? '[]')
for (const job of jobs) {
  const options = { links: linkTo(job.headers), attributes: { 'app.job.id': job.id } }
  await withLinkedRoot('make report', options, async (span) => {
    span.setAttribute('app.report.pages', await makeReport())
  })
}

async function makeReport(): Promise<number> {
  return 12
}
