import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hardTraces, largeTrace, linkedRoll } from './fixtures/corpus.ts'
import { sendWorld } from './fixtures/send-world.ts'
import { spanIdOf, traceIdOf } from './fixtures/trace-world.ts'
import { accessibilityProblems, launch, openPage } from './support/browser.ts'
import { type Service, startService } from './support/start-service.ts'

let browser: Browser
let workbench: Service

beforeAll(async () => {
  workbench = await startService('workbench')
  const epoch = Date.now() - 3_600_000
  await sendWorld(workbench.url, { ...hardTraces, ...linkedRoll }, epoch)
  await sendWorld(workbench.url, { large: largeTrace(10_000), services: largeTrace(1_500, 1_000) }, epoch)
  browser = await launch()
}, 60_000)

afterAll(async () => {
  await browser?.close()
  await workbench?.[Symbol.asyncDispose]()
}, 60_000)

const open = (trace: string, query = '', options: Parameters<typeof openPage>[2] = {}) =>
  openPage(browser, `${workbench.url}/traces/${traceIdOf(trace)}${query}`, options)

describe('Trace', () => {
  it.each([
    ['late-root', ['root that started after its child', 'child'], ['before its parent']],
    ['orphan', ['root', 'child of a span that never came', 'lostkid'], ['parent not here']],
    ['self-parent', ['root', 'self', 'selfkid'], ['parents in a circle']],
    ['circle', ['a', 'b', 'c', 'd'], ['parents in a circle']],
    ['skew', ['root', 'far', 'clock set back while it ran'], ['before its parent', 'ends before it starts']],
  ])('hides no span of the trace “%s”, and says what is odd', async (trace, names, oddities) => {
    await using view = await open(trace)
    const { page } = view
    await page
      .locator('.wf-row')
      .nth(names.length - 1)
      .waitFor()
    expect(await page.locator('.wf-span-name').allTextContents()).toEqual(names)
    expect(await page.locator('.wf-row .oddity').allTextContents()).toEqual(oddities)
    expect(await accessibilityProblems(page)).toEqual([])
  })

  it('keeps the rows in sight in the document, of 10,000, and moves through them by key', async () => {
    await using view = await open('large')
    const { page } = view
    const grid = page.getByRole('treegrid', { name: 'Spans' })
    await page.locator('.wf-row').first().waitFor()
    expect(await grid.getAttribute('aria-rowcount')).toBe('10000')
    expect(await page.locator('.wf-row').count()).toBeLessThan(100)

    await grid.evaluate((element) => element.scrollTo(0, element.scrollHeight))
    await page.locator('.wf-row[aria-rowindex="10000"]').waitFor()
    await grid.evaluate((element) => element.scrollTo(0, 0))
    await page.locator('.wf-row[aria-rowindex="1"]').waitFor()

    for (const key of ['j', 'j', 'j', 'k']) await page.keyboard.press(key)
    await page.locator('.wf-chosen[aria-rowindex="2"]').waitFor()
    await page.keyboard.press('ArrowLeft')
    await page.locator('.wf-chosen[aria-expanded="false"]').waitFor()
    expect(Number(await grid.getAttribute('aria-rowcount'))).toBeLessThan(10_000)
    await page.keyboard.press('ArrowRight')
    await expect.poll(() => grid.getAttribute('aria-rowcount')).toBe('10000')

    await page.keyboard.press('/')
    await page.keyboard.type('is:error')
    await page.getByText('47 of 10,000').waitFor()
    await page.keyboard.press('Escape')
    const filter = page.getByRole('searchbox', { name: 'Filter spans' })
    expect(await filter.inputValue()).toBe('is:error')
    expect(await filter.evaluate((field) => field === document.activeElement)).toBe(false)
  })

  it('marks every span that was slower or faster than its operation in the hour before', async () => {
    const usual = Object.fromEntries(
      Array.from({ length: 30 }, (_, index) => [
        `usual-${index}`,
        [
          { id: 'root', name: 'GET /checkout', service: 'shop', duration: 80 + (index % 9), start: index },
          { id: 'sql', parent: 'root', name: 'SELECT', service: 'shop', duration: 12, start: index },
          { id: 'mail', parent: 'root', name: 'send receipt', service: 'shop', duration: 4, start: index },
        ],
      ]),
    )
    const odd = [
      { id: 'root', name: 'GET /checkout', service: 'shop', duration: 310, start: 60 },
      { id: 'sql', parent: 'root', name: 'SELECT', service: 'shop', duration: 3, start: 60 },
      { id: 'mail', parent: 'root', name: 'send receipt', service: 'shop', duration: 4, start: 70 },
      { id: 'new', parent: 'root', name: 'never before', service: 'shop', duration: 200, start: 70 },
    ]
    await sendWorld(workbench.url, { ...usual, odd }, Date.now() - 120_000)
    await using view = await open('odd')
    const { page } = view
    await page.locator('.speed').nth(1).waitFor()
    const marked = await page
      .locator('.wf-row')
      .evaluateAll((rows) =>
        rows.map((row) => [
          row.querySelector('.wf-span-name')?.textContent,
          row.querySelector('.speed')?.textContent ?? null,
        ]),
      )
    expect(marked).toEqual([
      ['GET /checkout', 'SLOW'],
      ['SELECT', 'FAST'],
      ['send receipt', null],
      ['never before', null],
    ])
    expect(await page.locator('.speed').first().getAttribute('title')).toMatch(
      /^Longer than 95 %[\s\S]*31 spans/,
    )
  })

  it('makes the panel wider by its edge or by key, and keeps it so', async () => {
    await using view = await open('gateway-roll', `?span=${spanIdOf('gw-call')}`)
    const { page } = view
    const panel = page.getByRole('complementary', { name: 'Span' })
    const edge = panel.getByRole('separator', { name: 'Width of the panel' })
    await panel.locator('.field').first().waitFor()
    const width = async () => Math.round((await panel.boundingBox())?.width ?? 0)
    expect(await width()).toBe(420)
    const box = await edge.boundingBox()
    if (!box) throw new Error('The panel has no edge.')
    await page.mouse.move(box.x + box.width / 2, 400)
    await page.mouse.down()
    await page.mouse.move(1280 - 600, 400, { steps: 3 })
    await page.mouse.up()
    expect(await width()).toBe(600)
    await edge.press('ArrowRight')
    expect(await width()).toBe(576)
    await page.reload()
    await panel.locator('.field').first().waitFor()
    expect(await width()).toBe(576)
    for (let press = 0; press < 20; press++) await edge.press('ArrowRight')
    expect(await width()).toBe(300)
    expect(await edge.getAttribute('aria-valuenow')).toBe('300')
  })

  it('says how many traces it is linked to, on the way to them', async () => {
    await using view = await open('gateway-roll')
    await view.page.getByRole('link', { name: 'Linked traces 1' }).waitFor()
    await view.page.goto(`${workbench.url}/traces/${traceIdOf('orphan')}`)
    await view.page.getByRole('link', { name: 'Linked traces 0' }).waitFor()
  })

  it('brings the span that the address names into sight, deep in 10,000', async () => {
    await using view = await open('large', `?span=${spanIdOf('s3330')}`)
    await view.page.locator('.wf-chosen').waitFor()
    expect(await view.page.locator('.wf-chosen').isVisible()).toBe(true)
  })

  it('holds the whole view in the address', async () => {
    await using view = await open('gateway-roll')
    const { page } = view
    await page.locator('.wf-row').nth(2).click()
    await page.getByRole('tab', { name: 'Links 1' }).click()
    await page.getByRole('button', { name: 'Critical path' }).click()
    await page.keyboard.press('+')
    await expect.poll(() => new URL(page.url()).searchParams.get('window')).not.toBeNull()
    await page.reload()
    await page.locator('.wf-chosen .wf-span-name', { hasText: 'GET' }).waitFor()
    expect(await page.getByRole('tab', { selected: true }).textContent()).toMatch(/^Links/)
    expect(await page.locator('.wf-critical').count()).toBeGreaterThan(0)
    const from = new URL(page.url()).searchParams.get('window')
    await page.getByRole('treegrid').focus()
    await page.keyboard.press('0')
    await expect.poll(() => new URL(page.url()).searchParams.get('window')).toBeNull()
    expect(from).toMatch(/^\d+-\d+$/)
  })

  it('shows a span’s fields under Axiom’s names, to filter, copy and read as JSON', async () => {
    await using view = await open('gateway-roll', `?span=${spanIdOf('gw-call')}`)
    const { page } = view
    const panel = page.getByRole('complementary', { name: 'Span' })
    await panel.getByText('attributes.http.request.method', { exact: true }).waitFor()
    for (const field of ['_time', 'trace_id', 'service.name', 'duration', 'kind'])
      expect(await panel.locator('dt', { hasText: new RegExp(`^${field}$`) }).count()).toBe(1)
    await panel.getByRole('searchbox', { name: 'Filter fields' }).fill('trace_id')
    await expect.poll(() => panel.locator('.field').count()).toBeLessThan(4)
    await panel.getByRole('button', { name: 'Copy trace_id' }).click()
    await panel.getByText('Copied').waitFor({ state: 'attached' })
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(traceIdOf('gateway-roll'))
    await panel.getByRole('button', { name: 'JSON', exact: true }).click()
    expect(JSON.parse((await panel.locator('pre').textContent()) ?? '')).toMatchObject({
      name: 'GET',
      kind: 'client',
    })
    expect(await accessibilityProblems(page)).toEqual([])
  })

  it('tells a folded span’s links, and a span’s events', async () => {
    await using view = await open('dice-roll', '', { dark: true })
    const { page } = view
    await page.locator('.wf-event').waitFor()
    await page.locator('.wf-row').nth(1).click()
    await page.getByRole('tab', { name: 'Events 1' }).click()
    await page.getByRole('heading', { name: /rolled/ }).waitFor()
    await page.getByRole('tab', { name: 'Events 1' }).press('ArrowRight')
    await page.getByText('This span holds no link, and none leads to it.').waitFor()
    expect(await accessibilityProblems(page)).toEqual([])

    await page.goto(`${workbench.url}/traces/${traceIdOf('gateway-roll')}?folded=${spanIdOf('gw-root')}`)
    await page.getByRole('button', { name: 'leads to 1' }).waitFor()
    expect(await page.locator('.wf-row').count()).toBe(1)
  })

  it('keeps names in their place that are long, empty, or written from the right', async () => {
    await using view = await open('names', '', { width: 390, height: 844 })
    const { page } = view
    await page.locator('.wf-row').nth(3).waitFor()
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390)
    expect(await page.locator('.wf-row b').count()).toBe(0)
    expect(await accessibilityProblems(page)).toEqual([])
  })

  it('has colours and keys for a thousand services', async () => {
    await using view = await open('services')
    await view.page.getByText(/1,00\d services/).waitFor()
    await view.page.keyboard.press('?')
    await view.page.getByRole('dialog', { name: 'Keys' }).waitFor()
    expect(await accessibilityProblems(view.page)).toEqual([])
    await view.page.keyboard.press('Escape')
    await view.page.getByRole('dialog').waitFor({ state: 'detached' })
  })

  it('changes between light and dark, and stays so', async () => {
    await using view = await open('orphan')
    const { page } = view
    const ground = () => page.evaluate('getComputedStyle(document.body).backgroundColor')
    const light = await ground()
    await page.getByRole('button', { name: 'Switch to dark colours' }).click()
    const dark = await ground()
    expect(dark).not.toBe(light)
    await page.reload()
    await page.locator('.wf-row').first().waitFor()
    expect(await ground()).toBe(dark)
  })

  it('says of a trace that is not here that it is not, and what may be the cause', async () => {
    const page = await (await browser.newContext()).newPage()
    await page.goto(`${workbench.url}/traces/${'9'.repeat(32)}`)
    await page.getByRole('alert').waitFor()
    expect(await page.getByRole('alert').textContent()).toContain('9'.repeat(32))
    await page.context().close()
  })
})
