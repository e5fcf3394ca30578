import { setTimeout as wait } from 'node:timers/promises'
import Fastify from 'fastify'
import zerodown from 'zerodown'

const { PORT = 8080, HOST = '127.0.0.1' } = process.env

const app = Fastify()

// The only line that differs from any other Fastify application.
await app.register(zerodown)

const identity = () => ({ pid: process.pid, generation: zerodown.generation })

let served = 0
app.addHook('onResponse', async () => void (served += 1))

// Sends bodies of any type back as they arrive, without waiting for their end.
app.removeAllContentTypeParsers()
app.addContentTypeParser('*', (request, payload, done) => done(null, payload))

app.get('/', async () => identity())

app.post('/echo', async (request, reply) => {
  return reply.type(request.headers['content-type'] ?? 'application/octet-stream').send(request.body)
})

app.get('/slow', async (request) => {
  const ms = Math.min(Number(request.query.ms) || 1000, 60_000)
  await wait(ms)
  return { ...identity(), ms }
})

// Runs after the last response: close the database here.
app.addHook('onClose', async () => {
  console.log(`generation ${zerodown.generation}, pid ${process.pid}: served ${served} requests`)
})

await app.listen({ port: Number(PORT), host: HOST })

const { address, port } = app.server.address()
console.log(`generation ${zerodown.generation}, pid ${process.pid}: listening on http://${address}:${port}`)
