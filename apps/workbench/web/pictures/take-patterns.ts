import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { launch } from '../test/support/browser.ts'
import { type Service, startService } from '../test/support/start-service.ts'
import { schemes, takePicture } from './take-picture.ts'

/* Takes the pictures of docs/patterns.md: the view of linked traces, for each pattern that the demonstration runs. */

let browser: Browser
let workbench: Service
let dice: Service
let gateway: Service

/** Trace ids, by the name of the picture. */
const traces = new Map<string, string>()

beforeAll(async () => {
  browser = await launch()
  workbench = await startService('workbench')
  const destination = { WORKBENCH_URL: workbench.url, OTEL_EXPORTER_OTLP_ENDPOINT: workbench.url }
  dice = await startService('dice', destination)
  gateway = await startService('gateway', { ...destination, DICE_URL: dice.url })
  // The first calls of a process take longest, and would hide the others.
  for (let warm = 0; warm < 20; warm += 1) await ask('/roll_many')

  traces.set('roll-many', (await ask('/roll_many?count=3')).traces.gateway.traceId)
  traces.set('roll-with-retry', (await ask('/roll_with_retry?fail=2')).traces.gateway.traceId)
  traces.set('roll-later', (await jobOf(['/roll_later'])).traceId)
  traces.set('roll-batch', (await jobOf([1, 2, 3].map(() => '/roll_batch?count=1'))).traceId)
}, 60_000)

afterAll(async () => {
  await browser?.close()
  await gateway?.[Symbol.asyncDispose]()
  await dice?.[Symbol.asyncDispose]()
  await workbench?.[Symbol.asyncDispose]()
}, 60_000)

describe.each(schemes)('%s', (scheme) => {
  it.each([
    ['roll-many', 4, 760],
    ['roll-later', 3, 725],
    ['roll-with-retry', 4, 750],
    ['roll-batch', 5, 700],
  ])('%s', async (name, linkedTraces, height) => {
    const address = `${workbench.url}/linked/${traces.get(name)}`
    await vi.waitFor(async () => {
      const set = await fetch(`${workbench.url}/api/traces/${traces.get(name)}/links`)
      expect(((await set.json()) as { traces: unknown[] }).traces).toHaveLength(linkedTraces)
    }, 20_000)
    await takePicture(browser, name, scheme, address, height, async (page) => {
      await page.locator('.edge-label').first().waitFor()
      await page.locator('.connector').first().waitFor()
    })
  })
})

interface Answer {
  readonly state?: string
  readonly location?: string
  readonly traces: { readonly gateway: Located; readonly jobs?: readonly Located[] }
}

interface Located {
  readonly traceId: string
}

async function ask(path: string, method = 'GET'): Promise<Answer> {
  const answer = await fetch(gateway.url + path, { method, headers: { accept: 'application/json' } })
  return (await answer.json()) as Answer
}

/** The trace that does what these requests want, once it is through and the first of them got its result. */
async function jobOf(paths: readonly string[]): Promise<Located> {
  const [first] = await Promise.all(paths.map((path) => ask(path, 'POST')))
  // Asked for once: every question would be a trace of its own in the picture.
  await new Promise((resolve) => setTimeout(resolve, 2000))
  const [job] = (await ask(first?.location ?? '')).traces.jobs ?? []
  if (job === undefined) throw new Error(`${first?.location} is not through after 2 s.`)
  return job
}
