import { once } from 'node:events'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { connect } from 'node:net'
import { SpanKind, trace } from '@opentelemetry/api'
import type Express from 'express'
import type { NextFunction, Request, Response } from 'express'
import { recordSpans } from '../boundary-recording.ts'
import { mended, requests } from './routed-requests.ts'

// Routes the requests of `routed-requests.ts` with Express (`express` or `express-4`), and prints the spans of each.

const [kind, name = 'express', expressSpans] = process.argv.slice(2)
const { spans } = recordSpans({
  serverSpans: kind === 'fast' ? 'fast' : 'stock',
  expressSpans: expressSpans === 'spans',
})
const require = createRequire(import.meta.url)
const express: typeof Express = require(name)
const isFour = name === 'express-4'

const ok = (_request: Request, response: Response) => void response.send('ok')
const pass = (_request: Request, _response: Response, next: NextFunction) => next()

const app = express()
app.use(pass)
app.use('/assets', express.static('/nowhere'))
app.get('/', ok)
app.get('/plain', ok)
app.get('/users/:id', ok)
app.post('/users/:id', express.json(), ok)
app.get(['/one', '/two/:x'], ok)
app.get(/^\/expression\/(\d+)$/, ok)
app.get(isFour ? '/files/*' : '/files/*splat', ok)
app.get(isFour ? '/optional/:x?' : '/optional{/:x}', ok)
app.route('/both').get(ok).put(ok)
app.all('/all/:x', ok)
app.get('/several', pass, pass, ok)
app.get('/next/:x', (_request, _response, next) => next())
app.get('/next-route/:x', (_request, _response, next) => next('route'), ok)
app.get('/throws/:x', () => {
  throw new RangeError('out of range')
})
app.get('/fails/:x', (_request, _response, next) => next(new TypeError('failed')))
app.get('/async/:x', async (_request, response) => {
  await null
  response.send(trace.getActiveSpan() === undefined ? 'no span' : 'in a span')
})
app.get('/handled/:x', (_request, _response, next) => next(new TypeError('failed')))
app.use('/guarded', (_request, response) => void response.sendStatus(401))

const router = express.Router()
router.use(pass)
router.get('/items/:id', ok)
router.get('/', ok)
router.use('/refused', (_request, response) => void response.sendStatus(403))
const deep = express.Router({ mergeParams: true })
deep.get('/leaf/:leaf', ok)
deep.use((_request, response) => void response.sendStatus(410))
router.use('/deep/:branch', deep)
app.use('/api', router)
app.use('/:tenant/things', express.Router().get('/:thing', ok))
app.use(['/v1', '/v2'], express.Router().get('/x', ok))
app.use(express.Router().get('/unmounted/:x', ok))

const sub = express()
sub.get('/page/:x', ok)
app.use('/sub', sub)

const first = express.Router().get('/elsewhere', ok)
const second = express.Router().get('/here/:x', ok)
app.use('/shared', first)
app.use('/shared', second)
app.get('/shared/last/:x', ok)

app.use((error: Error, request: Request, response: Response, next: NextFunction) => {
  if (request.path.startsWith('/handled')) response.status(409).send(error.message)
  else next(error)
})
// Stack traces are not to be compared.
app.set('env', 'production')

const server = createServer(app).listen(0, '127.0.0.1')
await once(server, 'listening')
const { port } = server.address() as AddressInfo

/** As from another process, byte for byte: an HTTP client would make a span, and have a say in the path. */
async function ask(method: string, path: string): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  socket.write(`${method} ${path} HTTP/1.1\r\nhost: api.test\r\nconnection: close\r\n\r\n`)
  let answer = ''
  for await (const chunk of socket.setEncoding('utf8')) answer += chunk
  return answer.replace(/^date: .*\r\n/im, '')
}

const told: Record<string, unknown> = {}
for (const asked of [...requests, ...Object.keys(mended)]) {
  const [path = '', method = 'GET'] = asked.split(' ').reverse()
  spans.length = 0
  const answer = await ask(method, path)
  while (!spans.some((span) => span.kind === SpanKind.SERVER))
    await new Promise((wake) => setTimeout(wake, 2))
  const serverSpan = spans.find((span) => span.kind === SpanKind.SERVER)
  told[asked] = {
    answer,
    spans: spans.map((span) => ({
      name: span.name,
      kind: SpanKind[span.kind],
      route: span.attributes['http.route'],
      status: span.status,
      httpStatus: span.attributes['http.response.status_code'],
      express: [span.attributes['express.type'], span.attributes['express.name']],
      events: span.events.map((event) => [event.name, event.attributes?.['exception.message']]),
      isBelowServer: span.parentSpanContext?.spanId === serverSpan?.spanContext().spanId,
    })),
  }
}
process.stdout.write(JSON.stringify(told), () => process.exit(0))
