import { serveAndCall } from './serves-and-calls-by-https.cjs'

process.getBuiltinModule('https')
serveAndCall(await import('node:https'))
