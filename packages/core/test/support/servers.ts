import { once } from 'node:events'
import type { ListenOptions, Server, Socket } from 'node:net'
import { connect, createServer } from 'node:net'
import { onTestFinished } from 'vitest'

/** Listens, and is closed with its connections when the test is over. */
export async function listen<S extends Server>(
  server: S,
  options: ListenOptions = { port: 0, host: '127.0.0.1' },
): Promise<S> {
  endWithTest(server)
  server.listen(options)
  await once(server, 'listening')
  return server
}

/** Closes a server with the test, whatever becomes of either. */
export function endWithTest(server: Server): void {
  const open = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    open.add(socket)
    socket.once('close', () => open.delete(socket))
  })
  onTestFinished(() => {
    for (const socket of open) socket.destroy()
    if (server.listening) server.close()
  })
}

export function portOf(server: Server): number {
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('it listens on no port')
  return address.port
}

/** A client that sees every byte, and ends with the test. */
export async function connectTo(server: Server): Promise<Socket> {
  const socket = connect(portOf(server), '127.0.0.1')
  onTestFinished(() => void socket.destroy())
  await once(socket, 'connect')
  return socket
}

/**
 * A client as `connectTo` makes it, that the server has accepted.
 * @param listener where it connects, if not to the server itself
 */
export async function acceptedBy(server: Server, listener: Server = server): Promise<Socket> {
  const accepted = once(server, 'connection')
  const client = await connectTo(listener)
  await accepted
  return client
}

/** A port of this machine that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0)
  await once(server, 'listening')
  const port = portOf(server)
  server.close()
  await once(server, 'close')
  return port
}
