const { monitorEventLoopDelay } = require('node:perf_hooks')

/** An order looks its stock up in another service. */
exports.serveOrders = (express, getJson = async (url) => (await fetch(url)).json()) => {
  const app = express()
  app.get('/orders/:id', async (request, response) => {
    const stock = await getJson(`${process.env.BENCH_BACKEND}/stock/${request.params.id}`)
    response.json({ order: request.params.id, stock })
  })
  exports.listen(app)
}

/** Listens on a free port, says so, and measures how long the event loop is held for whoever asks (IPC). */
exports.listen = (handler) => {
  const server = require('node:http').createServer(handler)
  server.listen(0, '127.0.0.1', () => {
    process.send({ listens: server.address().port, millis: performance.now() })
  })
  const delay = monitorEventLoopDelay({ resolution: 1 })
  process.on('message', (message) => {
    if (message === 'watch the loop') {
      delay.reset()
      delay.enable()
    } else if (message === 'tell') {
      delay.disable()
      process.send({ longestHoldMillis: delay.max / 1e6 })
    } else {
      // Node writes its CPU profile then.
      process.exit()
    }
  })
}
