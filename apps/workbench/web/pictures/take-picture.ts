import { readFile, writeFile } from 'node:fs/promises'
import type { Browser, Page } from 'playwright-core'
import { expect } from 'vitest'
import { openPage } from '../test/support/browser.ts'

/** Where the pictures of the documentation are. */
export const picturesFolder = new URL('../../../../docs/pictures/', import.meta.url)

export const schemes = ['light', 'dark'] as const
export type Scheme = (typeof schemes)[number]

/** A page of pictures should load at once: the most bytes of one. */
const mostBytes = 120_000

/** Share of a picture's pixels that differ from one run to the next, by times, ids and durations that are real: below it nothing changed. A picture that is deleted is taken anew. */
const sameWithin = 0.04

/**
 * Writes a picture of `address`, `height` pixels high, once `ready`; it has two dots for each of the page's pixels, in
 * `<name>-<scheme>.webp`. A picture that looks as the one that is there is not written.
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
  const file = new URL(`${name}-${scheme}.webp`, picturesFolder)
  const before = await readFile(file).catch(() => undefined)
  if (before && (await differingShare(page, before, picture)) < sameWithin) return
  await writeFile(file, picture)
}

/** The share of pixels, 0…1, that differ visibly between two pictures, compared at half the page's size; 1 for those of other sizes. */
async function differingShare(page: Page, before: Buffer, after: Buffer): Promise<number> {
  return await page.evaluate(
    async (pictures) => {
      const bitmaps = await Promise.all(
        pictures.map((base64) => {
          const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))
          return createImageBitmap(new Blob([bytes], { type: 'image/webp' }))
        }),
      )
      const [a, b] = bitmaps
      if (!a || !b || a.width !== b.width || a.height !== b.height) return 1
      const [width, height] = [Math.round(a.width / 4), Math.round(a.height / 4)]
      const [before = [], after = []] = bitmaps.map((bitmap) => {
        const context = new OffscreenCanvas(width, height).getContext('2d')
        context?.drawImage(bitmap, 0, 0, width, height)
        return context?.getImageData(0, 0, width, height).data ?? []
      })
      let differing = 0
      for (let at = 0; at < before.length; at += 4) {
        const distance = [0, 1, 2].reduce(
          (most, channel) =>
            Math.max(most, Math.abs((before[at + channel] ?? 0) - (after[at + channel] ?? 0))),
          0,
        )
        if (distance > 24) differing++
      }
      return differing / (width * height)
    },
    [before.toString('base64'), after.toString('base64')],
  )
}
