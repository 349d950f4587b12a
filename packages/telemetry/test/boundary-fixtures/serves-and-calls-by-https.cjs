const { readFileSync } = require('node:fs')
const { join } = require('node:path')

const tls = (kind) => readFileSync(join(__dirname, `../fixtures/tls/loopback.${kind}`))

/** One request, by whichever exports of `node:https` it is given. */
exports.serveAndCall = ({ createServer, get }) => {
  const options = { key: tls('key'), cert: tls('crt') }
  const server = createServer(options, (_req, res) => void res.end('ok')).listen(0, '127.0.0.1', () => {
    const url = `https://127.0.0.1:${server.address().port}/`
    get(url, { agent: false, rejectUnauthorized: false }, (response) => {
      response.resume().on('close', () => server.close())
    })
  })
}
