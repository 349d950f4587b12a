import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launch, openPage } from './support/browser.ts'
import { startService } from './support/start-service.ts'

let browser: Browser

beforeAll(async () => {
  browser = await launch()
}, 60_000)

afterAll(async () => {
  await browser?.close()
}, 60_000)

describe('First run', () => {
  it('says how to make spans come, and becomes the stream with the first one of an app that was pointed here', async () => {
    await using workbench = await startService('workbench')
    await using dice = await startService('dice')
    await using view = await openPage(browser, workbench.url)
    const { page } = view
    await page.getByRole('heading', { name: 'Waiting for the first span' }).waitFor()
    const snippets = await page.locator('pre').allInnerTexts()
    expect(snippets).toContain('curl http://127.0.0.1:8080/rolldice')
    expect(snippets).toContain('curl http://127.0.0.1:8080/roll_with_link')

    await page.getByRole('button', { name: 'Copy: Any language' }).click()
    await expect
      .poll(() => page.evaluate<string>('navigator.clipboard.readText()'))
      .toContain('OTEL_EXPORTER_OTLP_ENDPOINT')
    const copied = await page.evaluate<string>('navigator.clipboard.readText()')
    const variables = Object.fromEntries(
      copied.split('\n').map((line) => line.replace('export ', '').split('=') as [string, string]),
    )
    await using gateway = await startService('gateway', { ...variables, DICE_URL: dice.url })
    await fetch(`${gateway.url}/rolldice`)

    await page.getByRole('heading', { name: 'Stream' }).waitFor()
    await page.getByText('GET /rolldice').first().waitFor()
    expect(await page.getByRole('heading', { name: 'Waiting for the first span' }).count()).toBe(0)
  })
})
