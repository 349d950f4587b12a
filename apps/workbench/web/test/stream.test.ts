import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sendWorld } from './fixtures/send-world.ts'
import { type SpanSketch, spanIdOf, traceIdOf } from './fixtures/trace-world.ts'
import { accessibilityProblems, launch, openPage } from './support/browser.ts'
import { type Service, startService } from './support/start-service.ts'

let browser: Browser
let workbench: Service

beforeAll(async () => {
  workbench = await startService('workbench')
  await sendWorld(
    workbench.url,
    {
      cart: [
        { id: 'root', name: 'GET /cart', service: 'shop', kind: 'server', duration: 120 },
        { id: 'query', parent: 'root', name: 'SELECT items', service: 'database', duration: 80 },
      ],
      order: [
        {
          id: 'pay',
          name: 'charge card',
          service: 'payments',
          error: 'card declined',
          attributes: { tier: 'gold' },
        },
      ],
    },
    Date.now() - 60_000,
  )
  browser = await launch()
}, 60_000)

afterAll(async () => {
  await browser?.close()
  await workbench?.[Symbol.asyncDispose]()
}, 60_000)

const open = (query = '', options: Parameters<typeof openPage>[2] = {}) =>
  openPage(browser, `${workbench.url}/${query}`, options)

const names = (page: Page) => page.locator('.tail-row b').allTextContents()
const status = (page: Page, text: RegExp) => page.locator('.tail-status', { hasText: text })
const spanOf = (page: Page, name: string) => page.locator('.tail-line', { hasText: name })

/** Sends a trace of one span, which starts now. */
const sendSpan = (trace: string, span: Omit<SpanSketch, 'id'>) =>
  sendWorld(workbench.url, { [trace]: [{ id: 'only', ...span }] }, Date.now())

describe('Stream', () => {
  it('shows what is there, then every span as it arrives, the newest on top', async () => {
    await using view = await open()
    const { page } = view
    await status(page, /^Live/).waitFor()
    await spanOf(page, 'charge card').waitFor()
    expect((await names(page)).filter((name) => !name.startsWith('live '))).toEqual([
      'charge card',
      'SELECT items',
      'GET /cart',
    ])
    await sendSpan('live-1', { name: 'live one', service: 'shop' })
    await spanOf(page, 'live one').waitFor()
    await sendSpan('live-2', { name: 'live two', service: 'shop' })
    await spanOf(page, 'live two').waitFor()
    expect((await names(page)).slice(0, 2)).toEqual(['live two', 'live one'])
  })

  it('marks a failed span in words and colour, with its message first', async () => {
    await using view = await open('?q=status%3Derror')
    const failed = spanOf(view.page, 'charge card')
    await failed.waitFor()
    expect(await failed.textContent()).toMatch(/ERROR[\s\S]*status\.message: card declined[\s\S]*tier: gold/)
    const background = (name: string) =>
      spanOf(view.page, name).evaluate((element) => getComputedStyle(element).backgroundColor)
    const red = await background('charge card')
    await view.page.getByRole('combobox', { name: 'Filter' }).fill('service=database')
    await spanOf(view.page, 'SELECT items').waitFor()
    expect(await background('SELECT items')).not.toBe(red)
  })

  it('pauses by key and goes on, saying how many spans wait', async () => {
    await using view = await open()
    const { page } = view
    await status(page, /^Live/).waitFor()
    await spanOf(page, 'GET /cart').waitFor()
    const before = await names(page)
    await page.keyboard.press('p')
    await sendSpan('paused-1', { name: 'came while paused' })
    await status(page, /^Paused, 1 new span ·/).waitFor()
    expect(await names(page)).toEqual(before)
    await page.getByRole('button', { name: 'Resume' }).click()
    await spanOf(page, 'came while paused').waitFor()
    expect((await names(page))[0]).toBe('came while paused')
  })

  it('narrows to what the filter says, with suggestions, and keeps it in the address', async () => {
    await using view = await open()
    const { page } = view
    await spanOf(page, 'GET /cart').waitFor()
    await page.keyboard.press('/')
    await page.keyboard.type('serv')
    await page.getByRole('option', { name: /^service=/ }).waitFor()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await page.keyboard.type('dat')
    await page.getByRole('option', { name: 'database' }).waitFor()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await expect
      .poll(() => new URL(page.url()).searchParams.get('q'), { timeout: 15_000 })
      .toBe('service=database')
    await expect.poll(() => names(page), { timeout: 15_000 }).toEqual(['SELECT items'])
    await page.reload()
    await expect.poll(() => names(page), { timeout: 15_000 }).toEqual(['SELECT items'])
    await sendSpan('other-1', { name: 'not of the database', service: 'shop' })
    await sendSpan('other-2', { name: 'of the database', service: 'database' })
    await spanOf(page, 'of the database').waitFor()
    expect(await names(page)).toEqual(['of the database', 'SELECT items'])
    await page.getByRole('button', { name: 'Clear the filter' }).click()
    await spanOf(page, 'not of the database').waitFor()
  })

  it('says what of a filter cannot be read, and asks nothing meanwhile', async () => {
    await using view = await open('?q=service%3Dshop')
    const { page } = view
    await spanOf(page, 'GET /cart').waitFor()
    const field = page.getByRole('combobox', { name: 'Filter' })
    await field.fill('duration>=fast')
    await page.getByText('duration: expected such as 250ms, 1.5s or 2m; received fast.').waitFor()
    expect(await field.getAttribute('aria-invalid')).toBe('true')
    expect(new URL(page.url()).searchParams.get('q')).toBe('service=shop')
  })

  it('opens a span into its fields by click or key, in the address, and leads to its trace', async () => {
    await using view = await open('?q=service%3Dshop+operation%3D%22GET+%2Fcart%22')
    const { page } = view
    await spanOf(page, 'GET /cart').click()
    const panel = page.getByRole('complementary', { name: 'Span' })
    await panel.getByText('service.name', { exact: true }).waitFor()
    expect(new URL(page.url()).searchParams.get('span')).toBe(`${traceIdOf('cart')}/${spanIdOf('root')}`)
    expect(await page.getByRole('button', { name: 'Resume' }).count()).toBe(1)
    await page.keyboard.press('Escape')
    await panel.waitFor({ state: 'detached' })

    await page.getByRole('combobox', { name: 'Filter' }).fill('')
    await spanOf(page, 'charge card').waitFor()
    // Closes the suggestions, then leaves the field.
    await page.keyboard.press('Escape')
    await page.keyboard.press('Escape')
    await page.keyboard.press('j')
    await page.keyboard.press('j')
    const chosen = page.locator('.tail-line.is-chosen')
    await chosen.waitFor()
    const second = await chosen.locator('b').textContent()
    expect(second).toBe((await names(page))[1])
    await page.reload()
    await panel.getByRole('heading', { name: second ?? '' }).waitFor()
    await page.getByRole('link', { name: 'Show in its trace' }).click()
    await page.getByRole('treegrid', { name: 'Spans' }).waitFor()
  })

  it('shows fields in columns of their own, times in three forms, and keeps that in the address', async () => {
    await using view = await open('?q=service%3Dpayments')
    const { page } = view
    await spanOf(page, 'charge card').waitFor()
    await page.getByText('Columns', { exact: true }).click()
    const field = page.getByRole('combobox', { name: 'Fields as columns' })
    expect(
      await page
        .locator('datalist option')
        .evaluateAll((options) => options.map((option) => (option as HTMLOptionElement).value)),
    ).toContain('tier')
    await field.fill('tier')
    await field.press('Enter')
    await field.fill('http.route')
    await field.press('Enter')
    await page.getByRole('combobox', { name: 'Time', exact: true }).selectOption('Date and time, UTC')
    await page.getByRole('checkbox', { name: 'the other fields, in line' }).uncheck()
    await page.keyboard.press('Escape')
    await page.reload()
    await spanOf(page, 'charge card').waitFor()
    expect(await page.getByRole('columnheader').allTextContents()).toEqual([
      '_time',
      'tier',
      'http.route',
      'row',
    ])
    const cells = await spanOf(page, 'charge card').locator('td').allTextContents()
    expect(cells[0]).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z/)
    expect(cells.slice(1, 3)).toEqual(['gold', '–'])
    expect(cells[3]).not.toContain('status.message')
    await page.getByText('Columns', { exact: true }).click()
    await page.getByRole('button', { name: 'Remove the column tier' }).click()
    await expect
      .poll(() => page.getByRole('columnheader').allTextContents())
      .toEqual(['_time', 'http.route', 'row'])
  })

  it('looks at a window of time instead, older pages as they are scrolled to', async () => {
    const hourAgo = Date.now() - 3_600_000
    const spans = Array.from({ length: 450 }, (_, index) => ({
      id: `s${index}`,
      name: `old ${index}`,
      service: 'archive',
      start: index,
    }))
    await sendWorld(workbench.url, { archive: spans }, hourAgo)
    await using view = await open('?q=service%3Darchive')
    const { page } = view
    await page.getByRole('combobox', { name: 'Time window' }).selectOption('Last 6 hours')
    await expect.poll(() => new URL(page.url()).searchParams.get('last'), { timeout: 15_000 }).toBe('6h')
    await page.getByText('200 spans shown').waitFor()
    expect(await page.getByRole('button', { name: /Pause|Resume/ }).count()).toBe(0)
    await expect
      .poll(
        async () => {
          await page.locator('.tail').evaluate((element) => element.scrollTo(0, element.scrollHeight))
          return page.getByText('No older spans.').count()
        },
        { timeout: 15_000 },
      )
      .toBe(1)
    await page.getByText('450 spans shown').waitFor()
    await page.getByRole('combobox', { name: 'Time window' }).selectOption('Last 15 minutes')
    await page.getByText('No span matches.').waitFor()
  })

  it('stays small and obeys however many spans came, and says that older ones are not shown', async () => {
    await using view = await open()
    const { page } = view
    await status(page, /^Live/).waitFor()
    for (let batch = 0; batch < 11; batch++) {
      const spans = Array.from({ length: 1_000 }, (_, index) => ({
        id: `b${index}`,
        name: `span of batch ${batch}`,
      }))
      await sendWorld(workbench.url, { [`batch-${batch}`]: spans }, Date.now())
      await page.getByText(`span of batch ${batch}`, { exact: true }).first().waitFor()
    }
    await status(page, /10,000 spans shown/).waitFor()
    expect(await page.locator('.tail-line').count()).toBeLessThan(100)
    await page.keyboard.press('p')
    await status(page, /^Paused/).waitFor()
    await page.locator('.tail').evaluate((element) => element.scrollTo(0, element.scrollHeight))
    await page.getByText(/A filter or a time window finds older ones/).waitFor()
  }, 60_000)

  it('says how many spans came faster than it could show', async () => {
    await using view = await open()
    const { page } = view
    await status(page, /^Live/).waitFor()
    await page.locator('.tail-line').first().waitFor()
    const spans = Array.from({ length: 3_000 }, (_, index) => ({ id: `f${index}`, name: 'span of a flood' }))
    await sendWorld(workbench.url, { flood: spans }, Date.now())
    await page.getByText('span of a flood').first().waitFor()
    await page.keyboard.press('p')
    await page.locator('.tail').evaluate((element) => element.scrollTo(0, 1_000 * 30 - 200))
    await page.getByText(/^[12],\d{3} spans came faster than they could be shown here/).waitFor()
  })

  it('holds while the reader has scrolled away, and goes on at the top', async () => {
    await using view = await open()
    const { page } = view
    await status(page, /^Live/).waitFor()
    const list = page.locator('.tail')
    await page.locator('.tail-line').nth(20).waitFor()
    await list.evaluate((element) => element.scrollTo(0, 300))
    await status(page, /^Paused/).waitFor()
    await sendSpan('scrolled-1', { name: 'came while scrolled' })
    await status(page, /^Paused, 1 new span ·/).waitFor()
    expect(await spanOf(page, 'came while scrolled').count()).toBe(0)
    await list.evaluate((element) => element.scrollTo(0, 0))
    await spanOf(page, 'came while scrolled').waitFor()
  })

  it.each([
    { width: 1280, dark: false },
    { width: 1280, dark: true },
    { width: 390, dark: false },
    { width: 390, dark: true },
  ])('can be read by everyone at $width pixels (dark: $dark)', async ({ width, dark }) => {
    await using view = await open('?q=status%3Derror', { width, dark })
    const { page } = view
    await spanOf(page, 'charge card').waitFor()
    expect(await accessibilityProblems(page)).toEqual([])
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width)
    await spanOf(page, 'charge card').click()
    await page
      .getByRole('complementary', { name: 'Span' })
      .getByRole('heading', { name: 'charge card' })
      .waitFor()
    expect(await accessibilityProblems(page)).toEqual([])
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width)
  })
})
