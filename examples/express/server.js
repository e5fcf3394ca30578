import express from 'express'
import zerodown from 'zerodown'

const { PORT = 8080, HOST = '127.0.0.1' } = process.env

// The only line that differs from any other Express application.
const app = zerodown.express(express())

let served = 0
app.use((_req, res, next) => {
  res.on('finish', () => (served += 1))
  next()
})

app.get('/', (_req, res) => {
  res.json({ pid: process.pid, generation: zerodown.generation })
})

app.post('/echo', express.raw({ type: () => true, limit: '1mb' }), (req, res) => {
  res.type(req.get('content-type') ?? 'application/octet-stream').send(req.body)
})

app.get('/slow', (req, res) => {
  const ms = Math.min(Number(req.query.ms) || 1000, 60_000)
  setTimeout(() => res.json({ pid: process.pid, generation: zerodown.generation, ms }), ms)
})

// Runs after the last response: close the database here.
zerodown.onShutdown(() => {
  console.log(`generation ${zerodown.generation}, pid ${process.pid}: served ${served} requests`)
})

const server = app.listen(Number(PORT), HOST, (error) => {
  if (error) throw error
  const { address, port } = server.address()
  console.log(`generation ${zerodown.generation}, pid ${process.pid}: listening on http://${address}:${port}`)
})
