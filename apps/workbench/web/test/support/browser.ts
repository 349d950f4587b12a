import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { type Browser, chromium, type Page } from 'playwright-core'
import { expect, inject } from 'vitest'

/** A page that fails the test when anything was logged as an error. */
export type TestPage = { readonly page: Page; readonly [Symbol.asyncDispose]: () => Promise<void> }

export async function launch(): Promise<Browser> {
  return await chromium.launch({
    executablePath: inject('chromium'),
    // Containers seldom let Chromium make its sandbox; it is shown nothing but this machine's own page.
    args: ['--no-sandbox', '--disable-dev-shm-usage'],
  })
}

export async function openPage(
  browser: Browser,
  address: string,
  options: { readonly width?: number; readonly height?: number; readonly dark?: boolean } = {},
): Promise<TestPage> {
  const { width = 1280, height = 800, dark = false } = options
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: dark ? 'dark' : 'light',
    reducedMotion: 'reduce',
    timezoneId: 'UTC',
    permissions: ['clipboard-read', 'clipboard-write'],
  })
  context.setDefaultTimeout(15_000)
  const page = await context.newPage()
  const errors: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text())
  })
  page.on('pageerror', (error) => errors.push(String(error)))
  await page.addInitScript(noteShifts)
  await page.goto(address)
  return {
    page,
    async [Symbol.asyncDispose]() {
      await context.close()
      expect(errors, 'errors on the console').toEqual([])
    },
  }
}

/** Keeps how far the page's contents jumped without the reader doing anything: Chromium's layout-shift scores, from its first paint. */
function noteShifts(): void {
  const shifts: { value: number; what: string[] }[] = []
  Object.assign(window, { shifts })
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      const { value, hadRecentInput, sources } = entry as PerformanceEntry & {
        value: number
        hadRecentInput: boolean
        sources: { node: Node | null }[]
      }
      const what = sources
        .map(({ node }) => (node instanceof Element ? node.outerHTML.slice(0, 120) : ''))
        .slice(0, 3)
      if (!hadRecentInput) shifts.push({ value, what })
    }
  }).observe({ type: 'layout-shift', buffered: true })
}

/** What jumped on the page since it was opened. */
export const layoutShifts = (page: Page): Promise<{ value: number; what: string[] }[]> =>
  page.evaluate(() => (window as unknown as { shifts: { value: number; what: string[] }[] }).shifts)

const axePath = createRequire(import.meta.url).resolve('axe-core/axe.min.js')

/** What axe finds against WCAG 2.2 AA, one line each. */
export async function accessibilityProblems(page: Page): Promise<string[]> {
  // Evaluated over the debugger's protocol, which the page's content security policy does not concern.
  await page.evaluate(await readFile(axePath, 'utf8'))
  return await page.evaluate(async () => {
    const { axe } = window as unknown as {
      axe: {
        run(options: object): Promise<{
          violations: { id: string; nodes: { target: unknown[]; failureSummary?: string }[] }[]
        }>
      }
    }
    const { violations } = await axe.run({
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    })
    return violations.flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')} ${failureSummary}`),
    )
  })
}
