import { writeSync } from 'node:fs'
import { createRequire } from 'node:module'
import { recordSpans } from '../boundary-recording.ts'

recordSpans({ inbound: 'link', serverSpans: process.argv.at(-1) === 'stock' ? 'stock' : 'fast' })

process.on('exit', () => {
  const files = Object.keys(createRequire(import.meta.url).cache)
  writeSync(1, files.some((file) => file.endsWith('create-hook.mjs')) ? 'loaded' : 'not loaded')
})
