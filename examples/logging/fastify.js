import { setTimeout as wait } from 'node:timers/promises'
import Fastify from 'fastify'
import zerodown from 'zerodown'

const { PORT = 8080, HOST = '127.0.0.1' } = process.env

const app = Fastify({ logger: true })

// Registered, it logs to fastify.log by itself. A child is a logger as well: each line then says where it comes from.
await app.register(zerodown, { logger: app.log.child({ from: 'zerodown' }) })

const identity = () => ({ pid: process.pid, generation: zerodown.generation })

let served = 0
app.addHook('onResponse', async () => void (served += 1))
app.removeAllContentTypeParsers()
app.addContentTypeParser('*', (request, payload, done) => done(null, payload))

app.get('/', async () => identity())

app.post('/echo', async (request, reply) =>
  reply.type(request.headers['content-type'] ?? 'application/octet-stream').send(request.body),
)

app.get('/slow', async ({ query }) => {
  const ms = Math.min(Number(query.ms) || 1000, 60_000)
  await wait(ms)
  return { ...identity(), ms }
})

zerodown.onShutdown(() => {
  console.log(`generation ${zerodown.generation}, pid ${process.pid}: served ${served} requests`)
})

await app.listen({ port: PORT, host: HOST })
const { address, port } = app.server.address()
console.log(`generation ${zerodown.generation}, pid ${process.pid}: listening on http://${address}:${port}`)
