// An ordinary Express application. It restarts without losing a request because of the way it is started:
// node --import zerodown/register server.js
import express from 'express'

const { PORT = 8080, HOST = '127.0.0.1' } = process.env

const app = express()

let served = 0
app.use((_req, res, next) => {
  res.on('finish', () => (served += 1))
  next()
})

app.get('/', (_req, res) => {
  res.json({ pid: process.pid })
})

app.post('/echo', express.raw({ type: () => true, limit: '1mb' }), (req, res) => {
  res.type(req.get('content-type') ?? 'application/octet-stream').send(req.body)
})

app.get('/slow', (req, res) => {
  const ms = Math.min(Number(req.query.ms) || 1000, 60_000)
  setTimeout(() => res.json({ pid: process.pid, ms }), ms)
})

process.on('exit', () => console.log(`pid ${process.pid}: served ${served} requests`))

const server = app.listen(Number(PORT), HOST, (error) => {
  if (error) throw error
  const { address, port } = server.address()
  console.log(`pid ${process.pid}: listening on http://${address}:${port}`)
})
