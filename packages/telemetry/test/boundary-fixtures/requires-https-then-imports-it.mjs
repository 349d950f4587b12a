import { createRequire } from 'node:module'
import { serveAndCall } from './serves-and-calls-by-https.cjs'

createRequire(import.meta.url)('https')
serveAndCall(await import('node:https'))
