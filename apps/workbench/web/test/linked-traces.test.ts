import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fanIn, missingTargets, orderWorld, patterns } from './fixtures/corpus.ts'
import { sendWorld } from './fixtures/send-world.ts'
import { traceIdOf, type WorldSketch } from './fixtures/trace-world.ts'
import { accessibilityProblems, launch, openPage } from './support/browser.ts'
import { type Service, startService } from './support/start-service.ts'

let browser: Browser
let workbench: Service
let dice: Service
let gateway: Service
/** Three hours ago, so that what takes hours in the corpus is over. */
const epoch = Date.now() - 3 * 3_600_000

beforeAll(async () => {
  workbench = await startService('workbench')
  const destination = { OTEL_EXPORTER_OTLP_ENDPOINT: workbench.url, WORKBENCH_URL: workbench.url }
  dice = await startService('dice', destination)
  gateway = await startService('gateway', { ...destination, DICE_URL: dice.url })
  browser = await launch()
}, 60_000)

afterAll(async () => {
  await browser?.close()
  await gateway?.[Symbol.asyncDispose]()
  await dice?.[Symbol.asyncDispose]()
  await workbench?.[Symbol.asyncDispose]()
}, 60_000)

/** Rolls over a link, and says which traces came of it. */
async function roll(at: Service = gateway): Promise<{ gateway: string; dice: string }> {
  const response = await fetch(`${at.url}/roll_with_link`, { headers: { accept: 'application/json' } })
  const { traces } = (await response.json()) as Record<
    'traces',
    Record<'gateway' | 'dice', { traceId: string }>
  >
  return { gateway: traces.gateway.traceId, dice: traces.dice.traceId }
}

/** Waits until a trace of so many spans is stored. */
async function stored(traceId: string, spans: number): Promise<void> {
  await expect
    .poll(
      async () => {
        const response = await fetch(`${workbench.url}/api/traces/${traceId}`)
        return response.ok ? ((await response.json()) as { spanCount: number }).spanCount : 0
      },
      { timeout: 20_000 },
    )
    .toBe(spans)
}

describe('Linked traces', () => {
  it('tells from /roll_with_link who called whom, how much later, and that both traces know', async () => {
    const traces = await roll()
    await stored(traces.gateway, 3)
    await stored(traces.dice, 2)
    await using view = await openPage(browser, `${workbench.url}/linked/${traces.gateway}`)
    const { page } = view

    const story = page.locator('.story')
    await story.waitFor()
    expect(await story.textContent()).toMatch(
      /^gateway called dice, which began a trace of its own (?:[\d.]+ [mµ]?s later|within 1 ms)\. The two traces are linked both ways\.$/,
    )
    const graph = page.getByRole('region', { name: 'Traces and their relations' })
    expect(await graph.locator('.box').count()).toBe(2)
    expect(await graph.locator('.edge-label').count()).toBe(1)
    expect(await graph.locator('.edge-label').textContent()).toMatch(
      /^calledlinked both ways(?:[\d.]+ [mµ]?s later|within 1 ms)$/,
    )
    await page.locator('.connector').waitFor()
    expect(await page.locator('.band .stack-row').count()).toBe(5)
    expect(await accessibilityProblems(page)).toEqual([])
  })

  it('follows a link from the gateway’s trace to dice’s and back, by the trail', async () => {
    const traces = await roll()
    await stored(traces.gateway, 3)
    await stored(traces.dice, 2)
    await using view = await openPage(browser, `${workbench.url}/traces/${traces.gateway}`)
    const { page } = view

    await page.getByRole('button', { name: 'leads to 1' }).click()
    await page.getByRole('button', { name: 'Peek' }).click()
    await page.locator('.mini-target').waitFor()
    expect(await page.locator('.mini').textContent()).toContain('roll_dice_span')
    expect(new URL(page.url()).pathname).toBe(`/traces/${traces.gateway}`)
    await page.getByRole('link', { name: 'View span' }).click()
    await page.waitForURL(`**/traces/${traces.dice}?**`)
    await page.getByRole('region', { name: 'Caused by' }).waitFor()
    expect(await page.locator('.wf-chosen .wf-span-name').textContent()).toBe('GET /roll_with_link')
    await page.getByRole('navigation', { name: 'Traces you came through' }).getByRole('link').click()
    await page.waitForURL(`**/traces/${traces.gateway}`)
    await page.getByText('parent_span').waitFor()
  })

  it('shows a callee that arrives while it is looked at', async () => {
    const caller = { caller: [{ id: 'call', links: [{ to: 'callee/root', relation: 'callee' }] }] }
    await sendWorld(workbench.url, caller, epoch)
    await using view = await openPage(browser, `${workbench.url}/linked/${traceIdOf('caller')}`)
    const { page } = view
    await page.locator('.box-missing', { hasText: 'not arrived yet' }).waitFor()
    const callee = {
      callee: [{ id: 'root', service: 'late', start: 8, links: [{ to: 'caller/call', relation: 'caller' }] }],
    }
    await sendWorld(workbench.url, callee, epoch)
    await page.locator('.edge-label', { hasText: '8 ms later' }).waitFor()
    expect(await page.locator('.box-missing').count()).toBe(0)
  })

  it('says of each target that is not here why', async () => {
    await sendWorld(workbench.url, missingTargets, epoch)
    await using view = await openPage(browser, `${workbench.url}/linked/${traceIdOf('missing')}`, {
      dark: true,
    })
    const { page } = view
    await page.locator('.box-missing').first().waitFor()
    const words = await page.locator('.box .missing-words').allTextContents()
    expect(new Set(words)).toEqual(new Set(['not arrived yet', 'not sampled by its caller', 'no valid ids']))
    await page.locator('.box-missing', { hasText: 'not sampled' }).click()
    await page.getByRole('complementary', { name: 'A trace that is not here' }).waitFor()
    expect(await page.getByRole('heading', { name: 'Link lint' }).count()).toBe(1)
    expect(await accessibilityProblems(page)).toEqual([])
    await page.keyboard.press('Escape')
    await page.getByRole('complementary').waitFor({ state: 'detached' })
  })

  it('says that the gateway did not sample the call that dice began a trace for', async () => {
    await using unsampling = await startService('gateway', {
      OTEL_EXPORTER_OTLP_ENDPOINT: workbench.url,
      OTEL_TRACES_SAMPLER: 'always_off',
      DICE_URL: dice.url,
    })
    const { dice: rolled } = await roll(unsampling)
    await stored(rolled, 2)
    await using view = await openPage(browser, `${workbench.url}/linked/${rolled}`)
    await view.page.locator('.box-missing', { hasText: 'not sampled by gateway' }).waitFor()
  })

  it('names who did not sample, where the span that was called says who called', async () => {
    const called: WorldSketch = {
      'called-unsampled': [
        {
          id: 'root',
          name: 'GET /rolldice',
          service: 'dice',
          kind: 'server',
          attributes: { 'user_agent.original': 'gateway/1.4.0' },
          links: [
            {
              to: 'nowhere/call',
              relation: 'caller',
              missing: { state: 'not_sampled', serviceName: 'gateway' },
            },
          ],
        },
      ],
    }
    await sendWorld(workbench.url, called, epoch)
    await using view = await openPage(browser, `${workbench.url}/linked/${traceIdOf('called-unsampled')}`)
    await view.page.locator('.box-missing', { hasText: 'not sampled by gateway' }).waitFor()
    expect(await view.page.locator('.story').textContent()).toBe(
      'dice links to a span that is not here: not sampled by gateway.',
    )
  })

  it('goes from the stream over a span to the traces it is linked to, one peeked at, and to its waterfall', async () => {
    const traces = await roll()
    await stored(traces.gateway, 3)
    await stored(traces.dice, 2)
    await using view = await openPage(browser, `${workbench.url}/?q=trace%3D${traces.dice}`)
    const { page } = view
    await page.locator('.tail-line', { hasText: 'GET /roll_with_link' }).click()
    await page.locator('.row-panel').getByRole('link', { name: 'Linked traces' }).click()
    await page.waitForURL(`**/linked/${traces.dice}`)
    await page.locator('.box', { hasText: 'gateway' }).click()
    const peek = page.getByRole('complementary')
    await peek.getByText('parent_span').waitFor()
    expect(new URL(page.url()).searchParams.get('peek')).toBe(traces.gateway)
    await peek.getByRole('link', { name: 'Open its waterfall' }).click()
    await page.waitForURL(`**/traces/${traces.gateway}?via=${traces.dice}`)
    expect(await page.getByRole('navigation', { name: 'Traces you came through' }).textContent()).toContain(
      'dice',
    )
  })

  it.each([
    [
      'many',
      7,
      /^gateway called dice 6 times; each call began a trace of its own\. gateway gathered the results of 6 dice traces in “tally”\./,
    ],
    ['deferred', 2, /^gateway started “roll later”, a trace of its own, 5 s later\.$/],
    ['try-3', 3, /^gateway tried “roll with retries” 3 times; the last did not fail\.$/],
    ['batch', 5, /^scorekeeper took up messages from 4 gateway traces at once\.$/],
  ])(
    'tells the pattern “%s”, with a box for each of %i traces but those folded',
    async (trace, count, told) => {
      await sendWorld(workbench.url, patterns, epoch)
      await using view = await openPage(browser, `${workbench.url}/linked/${traceIdOf(trace)}`)
      const { page } = view
      await page.locator('.connector').first().waitFor({ state: 'attached' })
      expect(await page.locator('.story').textContent()).toMatch(told)
      const folded = await page.locator('.box-stack strong').allTextContents()
      const hidden = folded.reduce((sum, text) => sum + Number(/\+(\d+)/.exec(text)?.[1] ?? 0) - 1, 0)
      expect((await page.locator('.box').count()) + hidden).toBe(count)
      expect(await accessibilityProblems(page)).toEqual([])
    },
  )

  it('folds 190 effects into one box, cuts a pause of hours, and unfolds both', async () => {
    await sendWorld(workbench.url, orderWorld(190), epoch)
    await using view = await openPage(
      browser,
      `${workbench.url}/linked/${traceIdOf('order-second')}?traces=200`,
    )
    const { page } = view
    await page.locator('.box-stack', { hasText: '+187 more' }).waitFor()
    await page.locator('.stack-cut').nth(1).waitFor()
    expect(await page.locator('.stack-cut').count()).toBe(2)
    await page.getByRole('checkbox', { name: /cut pauses/ }).uncheck()
    await page.locator('.stack-cut').first().waitFor({ state: 'detached' })
    await page.locator('.box-stack').click()
    await page.locator('.box').nth(192).waitFor()
    expect(new URL(page.url()).searchParams.get('unfold')).toBe(traceIdOf('parcel-0'))
    await page.getByRole('button', { name: 'Fold again' }).click()
    await page.locator('.box-stack').waitFor()
  })

  it('shows a span that holds 200 links', async () => {
    await sendWorld(workbench.url, fanIn(200), epoch)
    await using view = await openPage(browser, `${workbench.url}/linked/${traceIdOf('gathering')}`)
    const { page } = view
    await page.locator('.box').first().waitFor()
    expect(await page.locator('.story').textContent()).toMatch(
      /^aggregator took up messages from \d+ traces at once/,
    )
    await page.locator('.connector').nth(2).waitFor({ state: 'attached' })
    expect(await page.locator('.band-home').count()).toBe(1)
    expect(await page.locator('.connector').count()).toBe((await page.locator('.band').count()) - 1)
    expect(await accessibilityProblems(page)).toEqual([])
  })

  it('fits a phone, causes above effects', async () => {
    const traces = await roll()
    await stored(traces.gateway, 3)
    await stored(traces.dice, 2)
    await using view = await openPage(browser, `${workbench.url}/linked/${traces.dice}`, {
      width: 390,
      height: 844,
    })
    const { page } = view
    await page.locator('.edge-label').waitFor()
    const [first, second] = await Promise.all(
      [0, 1].map((index) => page.locator('.box').nth(index).boundingBox()),
    )
    expect(first?.y).toBeLessThan(second?.y ?? 0)
    const scrollWidth = await page.evaluate('document.documentElement.scrollWidth')
    expect(scrollWidth).toBe(390)
    expect(await accessibilityProblems(page)).toEqual([])
  })
})
