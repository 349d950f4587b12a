import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sendWorld } from './fixtures/send-world.ts'
import { spanIdOf, traceIdOf } from './fixtures/trace-world.ts'
import { accessibilityProblems, launch, openPage } from './support/browser.ts'
import { type Service, startService } from './support/start-service.ts'

let browser: Browser
let workbench: Service

beforeAll(async () => {
  workbench = await startService('workbench')
  await sendWorld(
    workbench.url,
    {
      'shop-1': [
        { id: 'root', name: 'GET /cart', service: 'shop', kind: 'server', duration: 100 },
        { id: 'query', parent: 'root', name: 'SELECT items', service: 'database', duration: 60 },
      ],
      'shop-2': [
        { id: 'root', name: 'GET /cart', service: 'shop', kind: 'server', duration: 300 },
        { id: 'query', parent: 'root', name: 'SELECT items', service: 'database', duration: 40 },
      ],
      'pay-1': [
        { id: 'root', name: 'charge card', service: 'payments', duration: 500, error: 'card declined' },
      ],
    },
    Date.now() - 300_000,
  )
  browser = await launch()
}, 60_000)

afterAll(async () => {
  await browser?.close()
  await workbench?.[Symbol.asyncDispose]()
}, 60_000)

const open = (query = '', options: Parameters<typeof openPage>[2] = {}) =>
  openPage(browser, `${workbench.url}/dashboard${query}`, options)

const stat = (page: Page, title: string) => page.getByRole('region', { name: title, exact: true })
const patient = { timeout: 15_000 }

/** The text of a table's cells, row by row. */
const table = (page: Page, region: string) =>
  page
    .getByRole('region', { name: region })
    .locator('tbody tr')
    .evaluateAll((rows) =>
      rows.map((row) => [...row.querySelectorAll('td')].map((cell) => cell.textContent.trim())),
    )

describe('Dashboard', () => {
  it('counts traces, spans, errors and durations of the last hour', async () => {
    await using view = await open()
    const { page } = view
    await stat(page, 'Total traces').getByText('3', { exact: true }).waitFor()
    expect(await stat(page, 'Incoming spans').textContent()).toContain('5 spans, last hour')
    expect(await stat(page, 'Avg span duration').textContent()).toContain('200 ms')
    expect(await stat(page, 'Errors').textContent()).toContain('20 % of spans')
    expect(await stat(page, 'Errors').locator('.stat-line').getAttribute('d')).toMatch(/^M0 /)
    const slowest = await table(page, 'Slowest operations')
    expect(slowest.map(([service, operation, average]) => [service, operation, average])).toEqual([
      ['payments', 'charge card internal', '500 ms'],
      ['shop', 'GET /cart server', '200 ms'],
      ['database', 'SELECT items internal', '50 ms'],
    ])
    expect((await table(page, 'Services')).map(([service, spans]) => [service, spans])).toEqual(
      expect.arrayContaining([
        ['shop', '2'],
        ['database', '2'],
        ['payments', '1'],
      ]),
    )
  })

  it('drills down from a service to its operations, to their traces, to a waterfall, and back', async () => {
    await using view = await open()
    const { page } = view
    const drill = page.getByRole('region', { name: /^Services/ })
    await drill.getByRole('link', { name: 'shop' }).click()
    await drill.getByRole('columnheader', { name: 'Operation' }).waitFor()
    await drill.getByRole('link', { name: 'GET /cart' }).click()
    await drill.getByRole('columnheader', { name: 'Trace ID' }).waitFor()
    const query = new URL(page.url()).searchParams
    expect([query.get('service'), query.get('operation')]).toEqual(['shop', 'GET /cart'])
    await stat(page, 'Total traces').getByText('2', { exact: true }).waitFor()
    await drill.getByRole('link', { name: traceIdOf('shop-2') }).click()
    await page.waitForURL(`**/traces/${traceIdOf('shop-2')}`)
    await page.goBack()
    await drill.getByRole('columnheader', { name: 'Trace ID' }).waitFor()
    await page.keyboard.press('Escape')
    await drill.getByRole('columnheader', { name: 'Operation' }).waitFor()
    await page.keyboard.press('Escape')
    await drill.getByRole('columnheader', { name: 'Service' }).waitFor()
  })

  it('narrows by service, operation and status', async () => {
    await using view = await open()
    const { page } = view
    const operation = page.getByRole('combobox', { name: 'Operation' })
    await page
      .getByRole('combobox', { name: 'Service' })
      .locator('option', { hasText: 'database' })
      .waitFor({ state: 'attached' })
    expect(await operation.isDisabled()).toBe(true)
    await page.getByRole('combobox', { name: 'Service' }).selectOption('database')
    await operation.locator('option', { hasText: 'SELECT items' }).waitFor({ state: 'attached' })
    await operation.selectOption('SELECT items')
    await stat(page, 'Avg span duration').getByText('50 ms').waitFor()
    await page.goto(`${workbench.url}/dashboard?status=error`)
    await stat(page, 'Incoming spans').getByText('1 span, last hour').waitFor()
    expect((await table(page, 'Services')).map(([service]) => service)).toEqual(['payments'])
  })

  it('leads from the commonest errors to one of them', async () => {
    await using view = await open()
    const { page } = view
    await page.getByRole('link', { name: 'card declined' }).click()
    await page.waitForURL(`**/traces/${traceIdOf('pay-1')}?span=${spanIdOf('root')}`)
  })

  it('opens a trace by its id, and says what is none', async () => {
    await using view = await open()
    const { page } = view
    const field = page.getByRole('textbox', { name: 'Trace ID' })
    await field.fill('abc')
    await field.press('Enter')
    await page.getByText('A trace id has 32 hex digits.').waitFor()
    await field.fill(` ${traceIdOf('shop-1').toUpperCase()} `)
    await field.press('Enter')
    await page.waitForURL(`**/traces/${traceIdOf('shop-1')}`)
  })

  it('looks at another time, kept in the address', async () => {
    await using view = await open()
    const { page } = view
    await stat(page, 'Total traces').getByText('3', { exact: true }).waitFor()
    const hourAgo = new Date(Date.now() - 7_200_000).toISOString().slice(0, 19)
    await page.getByRole('combobox', { name: 'Time window' }).selectOption('Between…')
    await page.getByLabel('To', { exact: true }).waitFor()
    await page.getByLabel('From', { exact: true }).fill(hourAgo)
    await page.getByLabel('From', { exact: true }).blur()
    await expect
      .poll(() => new URL(page.url()).searchParams.get('from'), patient)
      .toBe(String(BigInt(Date.parse(`${hourAgo}Z`)) * 1_000_000n))
    await page.reload()
    await stat(page, 'Total traces').getByText('3', { exact: true }).waitFor()
    await page
      .getByLabel('To', { exact: true })
      .fill(new Date(Date.parse(`${hourAgo}Z`) + 60_000).toISOString().slice(0, 19))
    await page.getByLabel('To', { exact: true }).blur()
    await stat(page, 'Total traces').getByText('0', { exact: true }).waitFor()
    await page.getByText('No failed span in this time.').waitFor()
  })

  it('has pages for a thousand services', async () => {
    await using own = await startService('workbench')
    const spans = Array.from({ length: 1_000 }, (_, index) => ({
      id: `s${index}`,
      name: 'work',
      service: `service-${index}-with-a-name-that-is-longer-than-any-column-should-be`,
    }))
    await sendWorld(own.url, { thousand: spans }, Date.now() - 60_000)
    await using view = await openPage(browser, `${own.url}/dashboard`)
    const { page } = view
    await page.getByText('1–20 of 1,000').waitFor()
    await page.getByRole('link', { name: 'Next' }).click()
    await page.getByText('21–40 of 1,000').waitFor()
    await page.goto(`${own.url}/dashboard?page=50`)
    await page.getByText('981–1,000 of 1,000').waitFor()
    expect(await page.getByRole('link', { name: 'Next' }).count()).toBe(0)
    expect(await accessibilityProblems(page)).toEqual([])
  })
})
