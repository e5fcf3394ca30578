import { setTimeout as wait } from 'node:timers/promises'
import { createAdaptorServer } from '@hono/node-server'
import { Hono } from 'hono'
import zerodown from 'zerodown'

const { PORT = 8080, HOST = '127.0.0.1' } = process.env

const app = new Hono()

const identity = () => ({ pid: process.pid, generation: zerodown.generation })

let served = 0
app.use(async (context, next) => {
  context.env.outgoing.on('finish', () => (served += 1))
  await next()
})

app.get('/', (context) => context.json(identity()))

app.post('/echo', (context) =>
  context.body(context.req.raw.body, 200, {
    'content-type': context.req.header('content-type') ?? 'application/octet-stream',
  }),
)

app.get('/slow', async (context) => {
  const ms = Math.min(Number(context.req.query('ms')) || 1000, 60_000)
  await wait(ms)
  return context.json({ ...identity(), ms })
})

// Runs after the last response: close the database here.
zerodown.onShutdown(() => {
  console.log(`generation ${zerodown.generation}, pid ${process.pid}: served ${served} requests`)
})

// Instead of serve(), which listens before the server can be attached.
const server = zerodown.attach(createAdaptorServer({ fetch: app.fetch }))
server.listen(Number(PORT), HOST, () => {
  const { address, port } = server.address()
  console.log(`generation ${zerodown.generation}, pid ${process.pid}: listening on http://${address}:${port}`)
})
