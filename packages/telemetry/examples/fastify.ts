import { trace } from '@opentelemetry/api'
import fastify from 'fastify'

// node --import ./telemetry.ts fastify.ts
const app = fastify()
// Fastify tells nobody which route a request took; with this hook its span is named: GET /orders/:id.
app.addHook('onRequest', async (request) => {
  const route = request.routeOptions.url
  if (route !== undefined) {
    trace.getActiveSpan()?.setAttribute('http.route', route).updateName(`${request.method} ${route}`)
  }
})
app.get('/healthz', async () => 'ok')
app.get<{ Params: { id: string } }>('/orders/:id', async (request) => ({ id: request.params.id }))
app.post('/hooks/payment', async (_request, reply) => reply.code(202).send())

console.log(await app.listen({ port: Number(process.env.PORT ?? 3000), host: '127.0.0.1' }))
process.once('SIGTERM', () => void app.close())
