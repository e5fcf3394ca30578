import { setTimeout as wait } from 'node:timers/promises'
import Koa from 'koa'
import zerodown from 'zerodown'

const { PORT = 8080, HOST = '127.0.0.1' } = process.env

// The only line that differs from any other Koa application.
const app = zerodown.koa(new Koa())

const identity = () => ({ pid: process.pid, generation: zerodown.generation })

let served = 0
app.use(async (context, next) => {
  context.res.on('finish', () => (served += 1))
  await next()
})

app.use(async (context) => {
  switch (`${context.method} ${context.path}`) {
    case 'GET /':
      context.body = identity()
      break
    case 'POST /echo':
      context.type = context.get('content-type') || 'application/octet-stream'
      context.body = context.req
      break
    case 'GET /slow': {
      const ms = Math.min(Number(context.query.ms) || 1000, 60_000)
      await wait(ms)
      context.body = { ...identity(), ms }
      break
    }
  }
})

// Runs after the last response: close the database here.
zerodown.onShutdown(() => {
  console.log(`generation ${zerodown.generation}, pid ${process.pid}: served ${served} requests`)
})

const server = app.listen(Number(PORT), HOST, () => {
  const { address, port } = server.address()
  console.log(`generation ${zerodown.generation}, pid ${process.pid}: listening on http://${address}:${port}`)
})
