import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { linkedRoll } from './fixtures/corpus.ts'
import { sendWorld } from './fixtures/send-world.ts'
import { traceIdOf, type WorldSketch } from './fixtures/trace-world.ts'
import { accessibilityProblems, launch, openPage } from './support/browser.ts'
import { type Service, startService } from './support/start-service.ts'

let browser: Browser
let workbench: Service

/** Traces of one span, a second apart. */
const many = (count: number, service: (index: number) => string): WorldSketch =>
  Object.fromEntries(
    Array.from({ length: count }, (_, index) => [
      `many-${index}`,
      [
        {
          id: 'root',
          name: `job ${index}`,
          service: service(index),
          start: index * 10,
          duration: 1 + (index % 50),
        },
      ],
    ]),
  )

beforeAll(async () => {
  workbench = await startService('workbench')
  const epoch = Date.now() - 600_000
  await sendWorld(
    workbench.url,
    {
      quick: [{ id: 'root', name: 'GET /quick', service: 'shop', kind: 'server', duration: 5 }],
      slow: [
        { id: 'root', name: 'GET /slow', service: 'shop', kind: 'server', start: 60_000, duration: 2_500 },
        { id: 'query', parent: 'root', name: 'SELECT', service: 'database', start: 60_001, duration: 2_400 },
      ],
      failed: [
        {
          id: 'root',
          name: 'charge card',
          service: 'payments',
          start: 120_000,
          duration: 40,
          error: 'card declined',
          attributes: { 'card.kind': 'debit' },
        },
      ],
      ...linkedRoll,
    },
    epoch,
  )
  browser = await launch()
}, 60_000)

afterAll(async () => {
  await browser?.close()
  await workbench?.[Symbol.asyncDispose]()
}, 60_000)

const open = (query = '', options: Parameters<typeof openPage>[2] = {}) =>
  openPage(browser, `${workbench.url}/traces${query}`, options)

const names = (page: Page) => page.locator('.trace-row b').allTextContents()
const rowOf = (page: Page, name: string) => page.locator('.trace-row', { hasText: name })
const parameter = (page: Page, name: string) => new URL(page.url()).searchParams.get(name)
const patient = { timeout: 15_000 }

describe('Traces', () => {
  it.each([
    ['service=database', ['GET /slow']],
    ['status=error', ['charge card']],
    ['duration>=1s', ['GET /slow']],
    ['duration<=10ms kind=server service=shop', ['GET /quick']],
    ['card.kind=debit', ['charge card']],
    ['operation="GET /quick"', ['GET /quick']],
    ['has:link service=dice', ['GET /rolldice']],
    ['link.linked_traces.relation=caller', ['GET /rolldice']],
    [`linked_from=${traceIdOf('dice-roll')}`, ['GET /roll_with_link']],
    [`trace=${traceIdOf('failed')}`, ['charge card']],
    ['-is:root duration>=2s', ['GET /slow']],
    ['quick', ['GET /quick']],
    ['service=nobody', []],
  ])('finds traces with a span that matches %s', async (text, found) => {
    await using view = await open(`?q=${encodeURIComponent(text)}`)
    await view.page
      .getByText(found.length === 0 ? 'No trace matches.' : '1 trace; there are no others')
      .waitFor()
    expect(await names(view.page)).toEqual(found)
  })

  it('tells a trace’s root, time, duration, spans, errors, links and services', async () => {
    await using view = await open()
    const { page } = view
    const cells = (name: string) => rowOf(page, name).locator('td').allTextContents()
    await rowOf(page, 'GET /slow').waitFor()
    const [trace, started, duration, spans, errors, links, services] = await cells('GET /slow')
    expect(trace).toContain('shop')
    expect(started).toMatch(/9 min ago.*\d\d:\d\d:\d\d\.\d{3}/)
    expect([duration, spans, errors, links]).toEqual(['2.5 s', '2 spans', '0 errors', 'none'])
    expect(services).toMatch(/shop.*database|database.*shop/)
    expect((await cells('charge card'))[4]).toBe('1 error')
    expect((await cells('GET /rolldice'))[5]).toContain('holds 1 link, is linked from 1')
  })

  it('orders what is loaded by a column, and keeps that in the address', async () => {
    await using view = await open()
    const { page } = view
    await page.getByRole('button', { name: 'Duration' }).click()
    await expect
      .poll(() => names(page), patient)
      .toEqual(['GET /slow', 'charge card', 'GET /roll_with_link', 'GET /quick', 'GET /rolldice'])
    expect(parameter(page, 'sort')).toBe('duration')
    await page.reload()
    await expect.poll(async () => (await names(page))[0], patient).toBe('GET /slow')
    expect(await page.locator('th[aria-sort=descending]').textContent()).toContain('Duration')
  })

  it('leads to a trace’s waterfall, and by its badge to the traces it is linked to', async () => {
    await using view = await open()
    const { page } = view
    await rowOf(page, 'GET /rolldice')
      .getByRole('link', { name: /Linked traces/ })
      .click()
    await page.waitForURL(`**/linked/${traceIdOf('dice-roll')}`)
    await page.goBack()
    await rowOf(page, 'GET /slow').click()
    await page.waitForURL(`**/traces/${traceIdOf('slow')}`)
    await page.getByRole('treegrid', { name: 'Spans' }).waitFor()
  })

  it('goes through the list and into a trace by key', async () => {
    await using view = await open('?sort=duration')
    const { page } = view
    await rowOf(page, 'GET /slow').waitFor()
    for (const key of ['j', 'j', 'j', 'k']) await page.keyboard.press(key)
    await page.locator('.trace-row.is-chosen', { hasText: 'charge card' }).waitFor()
    expect(parameter(page, 'trace')).toBe(traceIdOf('failed'))
    await page.reload()
    await page.locator('.trace-row.is-chosen', { hasText: 'charge card' }).waitFor()
    await page.keyboard.press('Escape')
    expect(parameter(page, 'trace')).toBeNull()
    for (const key of ['j', 'j']) await page.keyboard.press(key)
    await page.locator('.trace-row.is-chosen', { hasText: 'charge card' }).waitFor()
    await page.keyboard.press('Enter')
    await page.waitForURL(`**/traces/${traceIdOf('failed')}`)
  })

  it('opens a trace from its point in the scatter, and narrows to a frame drawn around points', async () => {
    await using view = await open('?sort=duration')
    const { page } = view
    await rowOf(page, 'GET /slow').waitFor()
    const plot = page.locator('.scatter-plot')
    const box = await plot.boundingBox()
    if (!box) throw new Error('There is no plot.')
    // The list marks the point of the trace under the pointer.
    await rowOf(page, 'charge card').hover()
    await page.locator('.scatter-ring').waitFor()
    const ring = await page.locator('.scatter-ring').boundingBox()
    if (!ring) throw new Error('No point is marked.')
    const [x, y] = [ring.x + ring.width / 2, ring.y + ring.height / 2]

    await page.mouse.move(x - 20, y - 20)
    await page.mouse.down()
    await page.mouse.move(x + 20, y + 20, { steps: 4 })
    await page.mouse.up()
    await expect.poll(() => names(page), patient).toEqual(['charge card'])
    expect(parameter(page, 'q')).toMatch(/^duration>=\d+us duration<=\d+us$/)
    expect(Number(parameter(page, 'to'))).toBeGreaterThan(Number(parameter(page, 'from')))

    await page.goBack()
    await rowOf(page, 'GET /slow').waitFor()
    await page.mouse.move(x, y)
    await page.locator('.scatter-tip', { hasText: 'charge card' }).waitFor()
    await page.mouse.click(x, y)
    await page.waitForURL(`**/traces/${traceIdOf('failed')}`)
  })

  it('says that new traces came, and shows them when asked', async () => {
    await using view = await open('?q=service%3Dnewcomer')
    const { page } = view
    await page.getByText('No trace matches.').waitFor()
    // The live connection is open once a trace is told.
    let count = 0
    await expect
      .poll(async () => {
        count++
        await sendWorld(
          workbench.url,
          { [`new-${count}`]: [{ id: 'root', name: 'hello', service: 'newcomer' }] },
          Date.now(),
        )
        return page.getByRole('button', { name: /new trace/ }).count()
      }, patient)
      .toBe(1)
    expect(await names(page)).toEqual([])
    await page.getByRole('button', { name: /new trace/ }).click()
    await expect.poll(async () => (await names(page)).length, patient).toBeGreaterThan(0)
  })

  it('loads further pages as they are scrolled to, and keeps only rows in sight in the document', async () => {
    await using own = await startService('workbench')
    await sendWorld(
      own.url,
      many(230, (index) => `service-${index}-of-a-thousand-with-a-long-name`),
      Date.now() - 60_000,
    )
    await using view = await openPage(browser, `${own.url}/traces`)
    const { page } = view
    await page.locator('.trace-row').first().waitFor()
    await expect
      .poll(async () => {
        await page.locator('.trace-list').evaluate((element) => element.scrollTo(0, element.scrollHeight))
        return page.getByText('230 traces; there are no others that match.').count()
      }, patient)
      .toBe(1)
    expect(await page.locator('.trace-row').count()).toBeLessThan(60)
    await expect.poll(() => names(page), patient).toContain('job 0')
    expect(await accessibilityProblems(page)).toEqual([])
  })
})
