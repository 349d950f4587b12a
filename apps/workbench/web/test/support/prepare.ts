import { access } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import chromium from '@sparticuz/chromium'
import { build } from 'vite'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  export interface ProvidedContext {
    /** Path of the browser to test with. */
    readonly chromium: string
  }
}

/** Where a Chromium may be installed; tried in this order after `CHROMIUM_PATH`. */
const places = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Google\\Chrome\\Application\\chrome.exe',
]

/** Builds the page and finds the browser, once for all test files. */
// biome-ignore lint/style/noDefaultExport: what vitest's globalSetup calls.
export default async function prepare(project: TestProject): Promise<void> {
  project.provide('chromium', await findChromium())
  await build({ root: fileURLToPath(new URL('../..', import.meta.url)), logLevel: 'warn' })
}

async function findChromium(): Promise<string> {
  const told = process.env.CHROMIUM_PATH
  for (const path of told === undefined || told === '' ? places : [told]) {
    if (
      await access(path).then(
        () => true,
        () => false,
      )
    )
      return path
  }
  if (told) throw new Error(`There is no browser at CHROMIUM_PATH=${told}.`)
  if (process.platform !== 'linux' || process.arch !== 'x64')
    throw new Error('No Chromium was found. Install one, or set CHROMIUM_PATH to its executable.')
  return await chromium.executablePath()
}
