import { gzipSync } from 'node:zlib'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { linkedRoll, missingTargets, orderWorld, patterns } from './fixtures/corpus.ts'
import { sendWorld } from './fixtures/send-world.ts'
import { spanIdOf, traceIdOf } from './fixtures/trace-world.ts'
import { accessibilityProblems, launch, layoutShifts, openPage } from './support/browser.ts'
import { type Service, startService } from './support/start-service.ts'

let browser: Browser
let workbench: Service
let empty: Service

beforeAll(async () => {
  workbench = await startService('workbench')
  empty = await startService('workbench')
  await sendWorld(workbench.url, { ...linkedRoll, ...missingTargets, ...patterns }, Date.now() - 300_000)
  await sendWorld(workbench.url, orderWorld(60), Date.now() - 3 * 3_600_000)
  browser = await launch()
}, 60_000)

afterAll(async () => {
  await browser?.close()
  await empty?.[Symbol.asyncDispose]()
  await workbench?.[Symbol.asyncDispose]()
}, 60_000)

type Screen = {
  readonly name: string
  readonly address: string
  /** Nothing has come yet. */
  readonly isEmpty?: boolean
  readonly ready: (page: Page) => Promise<unknown>
}

const call = `${traceIdOf('gateway-roll')}/${spanIdOf('gw-call')}`
const see = (selector: string) => (page: Page) => page.locator(selector).first().waitFor()

const screens: readonly Screen[] = [
  { name: 'First run', address: '/', isEmpty: true, ready: see('.first-run pre') },
  { name: 'Stream', address: '/', ready: see('.tail-line') },
  {
    name: 'Stream with columns and a span',
    address: `/?columns=kind,http.request.method&time=utc&span=${call}`,
    ready: see('.span-panel .field'),
  },
  { name: 'Traces', address: '/traces', ready: see('.trace-row') },
  { name: 'Traces without any', address: '/traces?q=service%3Dnobody', ready: see('.list-end') },
  { name: 'Trace', address: `/traces/${traceIdOf('many')}`, ready: see('.wf-bar') },
  {
    name: 'Trace with a span',
    address: `/traces/${traceIdOf('gateway-roll')}?span=${spanIdOf('gw-call')}&tab=links&critical=1`,
    ready: see('.link-item'),
  },
  { name: 'Linked traces', address: `/linked/${traceIdOf('dice-roll')}`, ready: see('.connector') },
  {
    name: 'Linked traces, folded',
    address: `/linked/${traceIdOf('order-second')}`,
    ready: see('.box-stack'),
  },
  {
    name: 'Linked traces, one of them looked at',
    address: `/linked/${traceIdOf('missing')}?peek=${traceIdOf('missing')}`,
    ready: see('.peek-spans'),
  },
  { name: 'Linked traces, alone', address: `/linked/${traceIdOf('circle')}`, ready: see('.note, .story') },
  { name: 'Dashboard', address: '/dashboard', ready: see('.dashboard tbody tr') },
  { name: 'Dashboard of a service', address: '/dashboard?service=gateway', ready: see('.drill-path bdi') },
  { name: 'An address that there is not', address: '/linked', ready: see('body') },
]

const pages = screens.filter(({ address, name }) => address !== '/linked' && !name.endsWith('alone'))

const variants = [
  { width: 1280, dark: false },
  { width: 1280, dark: true },
  { width: 390, dark: false },
  { width: 390, dark: true },
]

const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join('; ')

describe.each(pages)('$name', ({ address, isEmpty, ready }) => {
  const url = () => (isEmpty ? empty : workbench).url + address

  it.each(variants)('can be read by everyone at $width pixels (dark: $dark)', async ({ width, dark }) => {
    await using view = await openPage(browser, url(), { width, dark })
    const { page } = view
    await ready(page)
    expect(await accessibilityProblems(page)).toEqual([])
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width)
  })

  it('runs no script and no style but files of its own, at most 200 kB of script compressed', async () => {
    const context = await browser.newContext()
    const page = await context.newPage()
    const scripts: Promise<Buffer>[] = []
    page.on('response', (response) => {
      if (response.request().resourceType() === 'script') scripts.push(response.body())
    })
    const response = await page.goto(url())
    expect(response?.headers()['content-security-policy']).toBe(policy)
    await ready(page)
    const elements = 'script:not([src]), style, [onclick], [onload], [onerror]'
    expect(await page.locator(elements).count()).toBe(0)
    const sizes = (await Promise.all(scripts)).map((script) => gzipSync(script).length)
    expect(sizes.length).toBeGreaterThan(1)
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(200_000)
    await context.close()
  })

  it('does not jump while it loads, and keeps still for those who ask for it', async () => {
    await using view = await openPage(browser, url())
    const { page } = view
    await ready(page)
    // Answers that come after the first of them are shown.
    await page.waitForLoadState('load')
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))))
    const shifts = await layoutShifts(page)
    expect(shifts.filter(({ value }) => value > 0.001)).toEqual([])
    expect(await page.evaluate(() => document.getAnimations().length)).toBe(0)
  })

  it('lists its keys at ?, until Escape', async () => {
    await using view = await openPage(browser, url())
    const { page } = view
    await ready(page)
    await page.keyboard.press('?')
    await page.getByRole('dialog', { name: 'Keys' }).waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
  })
})

describe('Lists', () => {
  const lists = [
    { name: 'Stream', address: '/', row: '.tail-line.is-chosen', filter: 'Filter' },
    { name: 'Traces', address: '/traces', row: '.trace-row.is-chosen', filter: 'Filter' },
    { name: 'Trace', address: `/traces/${traceIdOf('many')}`, row: '.wf-chosen', filter: 'Filter spans' },
    {
      name: 'Linked traces',
      address: `/linked/${traceIdOf('many')}`,
      row: '.box[aria-pressed=true]',
      filter: null,
    },
    { name: 'Dashboard', address: '/dashboard', row: 'tr:focus-within', filter: 'Trace ID' },
  ]

  it.each(lists)('$name is gone through with j, k and the arrows, and / leads to its field', async (list) => {
    await using view = await openPage(browser, workbench.url + list.address)
    const { page } = view
    await screens.find(({ address, isEmpty }) => address === list.address && !isEmpty)?.ready(page)
    await page
      .locator(
        list.row.replace(/\.is-chosen|-chosen|:focus-within|\[aria.*\]/, '').replace(/^\.wf$/, '.wf-row'),
      )
      .first()
      .waitFor({ state: 'attached' })
    const row = async (key: string) => {
      await page.keyboard.press(key)
      await page.locator(list.row).waitFor()
      return page.locator(list.row).textContent()
    }
    const first = await row('j')
    await expect.poll(() => row('j'), { timeout: 15_000 }).not.toBe(first)
    const second = await page.locator(list.row).textContent()
    expect(second).not.toBe(first)
    await page.keyboard.press('ArrowUp')
    await expect.poll(() => page.locator(list.row).textContent()).not.toBe(second)
    if (list.filter === null) return
    await page.keyboard.press('/')
    expect(await page.evaluate(() => document.activeElement?.matches('input'))).toBe(true)
    expect(
      await page
        .getByLabel(list.filter, { exact: true })
        .first()
        .evaluate((field) => field === document.activeElement),
    ).toBe(true)
  })
})
