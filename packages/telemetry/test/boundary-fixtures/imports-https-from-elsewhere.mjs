import express from 'express'
import { serveAndCall } from './serves-and-calls-by-https.cjs'

express()
const https = await import(`data:text/javascript,export * from 'node:https'`)
serveAndCall(https)
