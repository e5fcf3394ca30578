import { createServer as createHttpServer } from 'node:http'
import type { RequestListener, Server as HttpServer } from 'node:http'
import { createServer } from 'node:net'
import type { AddressInfo, Server, Socket } from 'node:net'
import { onTestFinished } from 'vitest'
import type { Target } from '../src/index.ts'

/** What a server saw itself, to hold the client's counts against. */
export interface Seen {
  target: Target
  connections: number
  requests: number
}

/** A server made of bytes, so that it can do what node:http never would. `request` counts over all connections, from 1. */
export async function badServer(
  onRequest: (socket: Socket, request: number) => void,
  onConnection: (socket: Socket) => void = () => {},
): Promise<Seen> {
  const seen: Seen = { target: { host: '127.0.0.1', port: 0 }, connections: 0, requests: 0 }
  const server = createServer((socket) => {
    seen.connections += 1
    socket.on('error', () => {})
    socket.on('data', (bytes) => {
      // The requests of these tests fit into one segment each, unless pipelined.
      for (const _ of bytes.toString('latin1').matchAll(/^(?:GET|POST) /gm)) onRequest(socket, ++seen.requests)
    })
    onConnection(socket)
  })
  seen.target = await listen(server)
  return seen
}

/** A server that does everything right. */
export async function goodServer(listener: RequestListener = respond): Promise<Seen & { server: HttpServer }> {
  const server = createHttpServer((request, response) => {
    seen.requests += 1
    listener(request, response)
  })
  const seen = { server, target: { host: '127.0.0.1', port: 0 } as Target, connections: 0, requests: 0 }
  server.on('connection', () => (seen.connections += 1))
  seen.target = await listen(server)
  return seen
}

/** Echoes what is posted, waits on /slow, and says which generation and request it is. */
export const respond: RequestListener = (request, response) => {
  response.setHeader('x-request-id', String(request.headers['x-request-id']))
  if (request.method === 'POST') {
    request.pipe(response)
    return
  }
  const url = new URL(request.url ?? '/', 'http://localhost')
  response.setHeader('content-type', 'application/json')
  setTimeout(() => response.end(JSON.stringify({ generation: 7 })), Number(url.searchParams.get('ms') ?? 0))
}

/** A port of which the kernel has just said that it was free, and where nobody listens any more. */
export async function deserted(): Promise<Target> {
  const server = createServer()
  const target = await listen(server)
  await new Promise((resolve) => server.close(resolve))
  return target
}

export function answer(body: string, headers = ''): string {
  return `HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\n${headers}\r\n${body}`
}

async function listen(server: Server): Promise<Target> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  onTestFinished(() => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { host: '127.0.0.1', port: (server.address() as AddressInfo).port }
}
