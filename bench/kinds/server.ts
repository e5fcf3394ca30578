import { createServer } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { createServer as createTcpServer } from 'node:net'
import { WebSocketServer } from 'ws'
import zerodown from 'zerodown'
import { EVERY } from './connections.ts'

// A server with connections of each kind: over HTTP and, on another port, lines over TCP. The first generation tells
// where it listens, and at its end how its connections have moved.

const options = { probation: 500, logger: false, drainTimeout: 60_000 } as const
const frozen: number[] = []
zerodown.on('moved', (move) => frozen.push(move.frozen))
zerodown.on('drained', (ledger) => process.send?.({ ledger, frozen }))

const http = createServer((request, response) => {
  if (request.url !== '/events') {
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ pid: process.pid, generation: zerodown.generation }))
    return
  }
  zerodown.stream(request, response)
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  let id = Number(request.headers['last-event-id'] ?? 0)
  const ticking = setInterval(() => response.write(`id: ${++id}\ndata: tick\n\n`), EVERY)
  response.on('close', () => clearInterval(ticking))
})
const webSockets = zerodown.ws(new WebSocketServer({ server: http }))
webSockets.on('connection', (socket) => socket.on('error', () => {}).on('message', (data) => socket.send(data)))

// A client that leaves may leave by a reset.
const echo = (socket: Socket): void => void socket.on('error', () => {}).pipe(socket)
const tcp = createTcpServer(echo)
zerodown.raw(tcp, { give: () => ({}), take: echo })

zerodown.attach(http, options)
zerodown.attach(tcp, options)
http.listen(0, '127.0.0.1', () =>
  tcp.listen(0, '127.0.0.1', () => {
    const portOf = (server: { address(): unknown }): number => (server.address() as AddressInfo).port
    if (zerodown.generation === 1) process.send?.({ port: portOf(http), tcp: portOf(tcp) })
  }),
)

// If whoever measures could not end it, it ends by itself.
setTimeout(() => process.exit(1), 10 * 60_000).unref()
