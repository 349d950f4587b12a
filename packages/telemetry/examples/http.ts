import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

// node --import ./telemetry.ts http.ts
const server = createServer((request, response) => {
  if (request.url === '/healthz') response.end('ok')
  else response.end('Hello')
})
server.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
})
process.once('SIGTERM', () => server.close())
