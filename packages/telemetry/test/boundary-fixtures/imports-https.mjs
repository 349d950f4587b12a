import { createServer, get } from 'node:https'
import { serveAndCall } from './serves-and-calls-by-https.cjs'

serveAndCall({ createServer, get })
