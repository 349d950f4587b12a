import { createServer, get } from 'node:http'
import express from 'express'

const app = express()
app.use((_req, _res, next) => next())
app.get('/items/:id', (_req, res) => void res.send('ok'))
const server = createServer(app).listen(0, '127.0.0.1', () => {
  get(`http://127.0.0.1:${server.address().port}/items/7`, { agent: false }, (response) => {
    response.resume().on('close', () => server.close())
  })
})
