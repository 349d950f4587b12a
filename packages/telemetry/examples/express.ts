import type { AddressInfo } from 'node:net'
import express from 'express'

// node --import ./telemetry.ts express.ts
const app = express()
app.get('/healthz', (_request, response) => void response.send('ok'))
// Names its span: GET /orders/:id.
app.get('/orders/:id', (request, response) => void response.json({ id: request.params.id }))
// Starts a trace of its own, as telemetry.ts says of /hooks/*.
app.post('/hooks/payment', (_request, response) => void response.sendStatus(202))

const server = app.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
})
process.once('SIGTERM', () => server.close())
