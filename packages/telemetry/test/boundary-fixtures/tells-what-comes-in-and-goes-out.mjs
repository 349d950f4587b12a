import { createServer, get } from 'node:http'
import { connect } from 'node:net'
import { propagation, trace } from '@opentelemetry/api'

// Attributes of the SERVER span tell what its handler found in the context, and what a service behind it was sent.
const server = createServer(async (req, res) => {
  if (req.url === '/behind') {
    res.end(JSON.stringify(req.headers))
    return
  }
  const span = trace.getActiveSpan()
  for (const [key, { value }] of propagation.getActiveBaggage()?.getAllEntries() ?? []) {
    span?.setAttribute(`app.baggage.${key}=${value}`, true)
  }
  const headers = await json('/behind')
  for (const name of ['traceparent', 'tracestate', 'baggage']) {
    if (headers[name]) span?.setAttribute(`app.sent.${name}=${headers[name]}`, true)
  }
  res.end('{}')
}).listen(0, '127.0.0.1', async () => {
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-03'
  const headers = { traceparent, tracestate: 'vendor@one=1', baggage: 'tenant=acme;secret,role=admin' }
  await new Promise((resolve) => {
    // As from another process, by bytes.
    const socket = connect(server.address().port, '127.0.0.1')
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
    socket.write(`GET /in HTTP/1.0\r\n${lines.join('')}\r\n`)
    socket.resume().on('close', resolve)
  })
  server.close()
})

function json(path) {
  return new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port: server.address().port, path, agent: false }, async (response) => {
      resolve(JSON.parse((await response.toArray()).join('')))
    }).on('error', reject)
  })
}
