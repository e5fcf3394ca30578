// The program that the suite starts: docs/adapters.md says what it has to do.
import { once } from 'node:events'
import { setTimeout as wait } from 'node:timers/promises'
import { zerodown } from '@zerodown/core'
import polka from 'polka'
import { withZerodown } from './with-zerodown.js'

const { ADDRESS = '127.0.0.1:8080', TEST_OPTIONS = '{}' } = process.env

let open = 0

// One application for each address, since one of polka has one server.
const application = () =>
  polka({ onError: (error, request, response) => void response.writeHead(500).end(`handled: ${error.message}`) })
    .use((request, response, next) => {
      open += 1
      response.once('close', () => (open -= 1))
      response.setHeader('x-generation', zerodown.generation)
      next()
    })
    .get('/', (request, response) => sendIdentity(response))
    .post('/echo', (request, response) => request.pipe(response))
    .get('/slow', async ({ query }, response) => {
      await wait(Number(query.ms))
      sendIdentity(response)
    })
    .get('/stream', async ({ query }, response) => {
      for (let chunk = 1; chunk <= Number(query.chunks); chunk++) {
        response.write(`chunk ${chunk}\n`)
        await wait(Number(query.ms))
      }
      response.end()
    })
    .get('/error', (request, response, next) => {
      next(new Error('a fault was asked for'))
    })

function sendIdentity(response) {
  response.setHeader('content-type', 'application/json')
  response.end(JSON.stringify({ pid: process.pid, generation: zerodown.generation }))
}

zerodown.onShutdown(() => console.log(JSON.stringify({ hook: zerodown.generation, open })))

const listening = []
for (const address of ADDRESS.split(',').filter(Boolean)) {
  const app = withZerodown(application(), JSON.parse(TEST_OPTIONS))
  const [, path, host, port] = /^unix:(.*)|(.*):(\d+)$/.exec(address)
  app.listen(...(path === undefined ? [Number(port), host] : [path]))
  await once(app.server, 'listening')
  listening.push(app.server.address())
}
console.log(JSON.stringify({ listening, pid: process.pid, generation: zerodown.generation }))
