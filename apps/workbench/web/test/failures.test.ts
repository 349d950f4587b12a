import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { linkedRoll } from './fixtures/corpus.ts'
import { sendWorld } from './fixtures/send-world.ts'
import { spanIdOf, traceIdOf } from './fixtures/trace-world.ts'
import { accessibilityProblems, launch } from './support/browser.ts'
import { type Service, startService } from './support/start-service.ts'

let browser: Browser
let workbench: Service

beforeAll(async () => {
  workbench = await startService('workbench')
  await sendWorld(workbench.url, linkedRoll, Date.now() - 60_000)
  browser = await launch()
}, 60_000)

afterAll(async () => {
  await browser?.close()
  await workbench?.[Symbol.asyncDispose]()
}, 60_000)

/** A page whose console may hold errors: they are what is looked for here. */
async function withPage(act: (page: Page) => Promise<void>): Promise<void> {
  const context = await browser.newContext({ timezoneId: 'UTC' })
  context.setDefaultTimeout(15_000)
  await act(await context.newPage())
  await context.close()
}

const trace = traceIdOf('gateway-roll')
const spanAddress = `**/api/traces/${trace}/spans/*`

describe('ErrorBoundary', () => {
  it('keeps what fails in the panel from the waterfall beside it, until another span is looked at', async () => {
    await withPage(async (page) => {
      // An answer that no workbench gives, in place of any mistake of the page's own.
      await page.route(spanAddress, (route) => route.fulfill({ json: {} }))
      await page.goto(`${workbench.url}/traces/${trace}?span=${spanIdOf('gw-call')}`)
      await page.getByRole('alert').getByText('The span cannot be shown').waitFor()
      expect(await page.locator('.wf-row').count()).toBe(3)
      expect(await accessibilityProblems(page)).toEqual([])
      await page.unroute(spanAddress)
      await page.keyboard.press('k')
      await page
        .getByRole('complementary', { name: 'Span' })
        .getByRole('heading', { name: 'parent_span' })
        .waitFor()
      expect(await page.getByRole('alert').count()).toBe(0)
    })
  })

  it('tries again when asked to', async () => {
    await withPage(async (page) => {
      const links = `**/api/traces/${trace}/links**`
      await page.route(links, (route) => route.fulfill({ json: { traceId: trace, traces: null } }))
      await page.goto(`${workbench.url}/linked/${trace}`)
      await page.getByRole('heading', { name: 'This view cannot be shown' }).waitFor()
      await page.unroute(links)
      await page.getByRole('button', { name: 'Try again' }).click()
      await page.locator('.connector').waitFor()
    })
  })

  it('leaves the way to other views when a view’s script does not arrive', async () => {
    await withPage(async (page) => {
      await page.route('**/assets/dashboard-screen-*.js', (route) => route.abort())
      await page.goto(`${workbench.url}/dashboard`)
      await page.getByRole('alert').getByText('its script did not arrive').waitFor()
      await page.getByRole('link', { name: 'Traces', exact: true }).click()
      await page.locator('.trace-row').first().waitFor()
      expect(await page.getByRole('alert').count()).toBe(0)
    })
  })
})

describe('ProblemNote', () => {
  it('says that the workbench does not answer, and goes on once it does', async () => {
    await withPage(async (page) => {
      const api = `**/api/traces/${trace}`
      await page.route(api, (route) => route.abort())
      await page.goto(`${workbench.url}/traces/${trace}`)
      await page.getByText('The workbench does not answer. Is it still running?').waitFor()
      await page.unroute(api)
      await page.getByRole('button', { name: 'Try again' }).click()
      await page.locator('.wf-row').nth(2).waitFor()
    })
  })
})
