import { setTimeout as wait } from 'node:timers/promises'
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base'
import zerodown from 'zerodown'
import { LineExporter } from './line-exporter.js'
import { traceRestarts } from './trace-restarts.js'

const { PORT = 8080, HOST = '127.0.0.1' } = process.env

const send = (response, body) => {
  response.setHeader('content-type', 'application/json')
  response.end(JSON.stringify({ pid: process.pid, generation: zerodown.generation, ...body }))
}

const provider = new BasicTracerProvider({ spanProcessors: [new BatchSpanProcessor(new LineExporter())] })
traceRestarts(provider.getTracer('zerodown'))

// Hooks run when the drain is over, so that its span goes out as well.
zerodown.onShutdown(() => provider.shutdown())

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

const server = await zerodown.listenAndServe(`${HOST}:${PORT}`, answer)
const { address, port } = server.address()
console.log(`generation ${zerodown.generation}, pid ${process.pid}: listening on http://${address}:${port}`)
