import { setTimeout as wait } from 'node:timers/promises'
import zerodown from 'zerodown'

// ADDRESS may be that of a socket which systemd has bound: systemd:http
const { PORT = 8080, HOST = '127.0.0.1', ADDRESS = `${HOST}:${PORT}`, PID_FILE } = process.env

const send = (response, body) => {
  response.setHeader('content-type', 'application/json')
  response.end(JSON.stringify({ pid: process.pid, generation: zerodown.generation, ...body }))
}

let served = 0

async function answer(request, response) {
  response.on('finish', () => (served += 1))
  const { pathname, searchParams } = new URL(request.url, 'http://localhost')
  switch (`${request.method} ${pathname}`) {
    case 'GET /':
      return send(response)
    case 'POST /echo':
      response.setHeader('content-type', request.headers['content-type'] ?? 'application/octet-stream')
      return request.pipe(response)
    case 'GET /slow': {
      const ms = Math.min(Number(searchParams.get('ms')) || 1000, 60_000)
      await wait(ms)
      return send(response, { ms })
    }
    default:
      response.writeHead(404).end()
  }
}

// Runs after the last response: close the database here.
zerodown.onShutdown(() => {
  console.log(`generation ${zerodown.generation}, pid ${process.pid}: served ${served} requests`)
})

const health = zerodown.health()
const server = await zerodown.listenAndServe(
  ADDRESS,
  (request, response) => health(request, response, () => answer(request, response)),
  { pidFile: PID_FILE },
)
const { address, port } = server.address()
console.log(`generation ${zerodown.generation}, pid ${process.pid}: listening on http://${address}:${port}`)
