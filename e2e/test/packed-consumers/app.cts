import type { AddressInfo } from 'node:net'

const { createServer }: typeof import('node:http') = require('node:http')

// Serves one request, and then ends of itself.
const server = createServer((_request, response) => void response.end('hello', () => server.close()))
server.listen(0, '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
})
