import { Agent, request } from 'node:http'
import type { IncomingMessage } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { createServer } from 'node:net'
import { text } from 'node:stream/consumers'
import { cleanUp } from '../../support/clean-up.ts'

const ANSWER = 'HTTP/1.1 200 OK\r\nContent-Length: 3\r\nConnection: keep-alive\r\n\r\nok\n'

/**
 * A server that ends each connection just when its second request arrives, as one whose `keepAliveTimeout` has run out at
 * that very moment.
 * @returns its port
 */
export async function startEndingEarly(): Promise<number> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.once('data', () => {
      socket.write(ANSWER)
      socket.once('data', () => socket.destroy())
    })
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  cleanUp(() => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  return (server.address() as AddressInfo).port
}

/**
 * On one connection to a proxy: a GET, so that the proxy has a connection to the server that was used once, and then a
 * request that it sends on that one.
 * @returns the status of the second answer, or the code of the error that came in place of it
 */
export async function outcomeOf(method: string, port: number): Promise<number | string> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  cleanUp(() => agent.destroy())
  const send = (by: string): Promise<number | string> =>
    new Promise((resolve) => {
      const sent = request({ host: '127.0.0.1', port, agent, method: by }, (response: IncomingMessage) => {
        void text(response).then(() => resolve(response.statusCode ?? 0))
      })
      sent.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
      sent.end(by === 'POST' ? 'x' : undefined)
    })
  await send('GET')
  return send(method)
}
