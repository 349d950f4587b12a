import { writeFile } from 'node:fs/promises'
import type { Browser, Page } from 'playwright-core'
import { expect } from 'vitest'
import { openPage } from '../test/support/browser.ts'

/** Where the pictures of the documentation are. */
export const picturesFolder = new URL('../../../../docs/pictures/', import.meta.url)

export const schemes = ['light', 'dark'] as const
export type Scheme = (typeof schemes)[number]

/** A page of pictures should load at once: the most bytes of one. */
const mostBytes = 120_000

/**
 * Writes a picture of `address`, `height` pixels high, once `ready`; it has two dots for each of the page's pixels, in
 * `<name>-<scheme>.webp`.
 */
export async function takePicture(
  browser: Browser,
  name: string,
  scheme: Scheme,
  address: string,
  height: number,
  ready: (page: Page) => Promise<void>,
): Promise<void> {
  const width = 1280
  await using view = await openPage(browser, address, { width, height, dark: scheme === 'dark' })
  const { page } = view
  await ready(page)
  await page.evaluate('document.fonts.ready')
  const debug = await page.context().newCDPSession(page)
  // WebP, which playwright's own screenshots cannot be: a third of a PNG's bytes.
  const { data } = await debug.send('Page.captureScreenshot', {
    format: 'webp',
    quality: 70,
    clip: { x: 0, y: 0, width, height, scale: 2 },
  })
  const picture = Buffer.from(data, 'base64')
  expect(picture.length, `bytes of ${name}-${scheme}.webp`).toBeLessThan(mostBytes)
  await writeFile(new URL(`${name}-${scheme}.webp`, picturesFolder), picture)
}
