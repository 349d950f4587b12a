const { createServer, get } = require('node:https')
const { serveAndCall } = require('./serves-and-calls-by-https.cjs')

serveAndCall({ createServer, get })
