import type { Server, Socket } from 'node:net'
import { Server as TlsServer } from 'node:tls'
import type { ConnectionKind, Details, Freeze } from '@zerodown/core/kinds'
import { hasHalfCharacter, hasUnsent, stopReading, takeFromApplication, withoutApplication } from '@zerodown/core/kinds'
import { forward, listen, nextId } from './late-words.ts'
import { movingServers } from './moving-servers.ts'

/** The server of a connection that was found idle. */
const serverOf = new WeakMap<Socket, Server>()

/** Connections of a `net.Server`, with what the application gives of them. */
export const kind: ConnectionKind = {
  name: 'raw',

  isServedBy: (server) => movingServers.has(server),

  obstacle: (server) =>
    server instanceof TlsServer ? 'they are encrypted, with keys that only this process has.' : undefined,

  findIdle(server, open) {
    const idle = [...open].filter((socket) => !hasUnsent(socket) && !hasHalfCharacter(socket))
    for (const socket of idle) serverOf.set(socket, server)
    return idle
  },

  freeze(socket) {
    const server = serverOf.get(socket)
    const options = server && movingServers.get(server)
    const readOn = stopReading(socket)
    if (options === undefined || readOn === undefined) return undefined
    const state = options.give(socket)
    if (state === undefined || hasUnsent(socket)) {
      readOn()
      return undefined
    }
    return freezeWith(socket, state, readOn)
  },

  receive(server, accept, connection, { id, state, unread }) {
    const options = movingServers.get(server)
    if (options === undefined || typeof id !== 'string') return false
    const socket = withoutApplication(server, () => accept(connection))
    if (socket === undefined) return false
    try {
      options.take(socket, state)
    } catch (error) {
      socket.destroy()
      throw error
    }
    if (typeof unread === 'string' && unread !== '') socket.unshift(Buffer.from(unread, 'base64'))
    listen(id, socket)
    return true
  },
}

function freezeWith(socket: Socket, state: unknown, readOn: () => void): Freeze {
  const unread = takeUnread(socket)
  // To read what was there has set the socket reading again.
  stopReading(socket)
  const id = nextId()
  const details: Details = { id, state, unread: unread.toString('base64') }
  const timeout = socket.timeout ?? 0
  if (timeout > 0) socket.setTimeout(0)
  return {
    details,
    again: () => false,
    thaw() {
      if (timeout > 0) socket.setTimeout(timeout)
      if (unread.length > 0) socket.unshift(unread)
      readOn()
    },
    moved() {
      takeFromApplication(socket)
      forward(id, socket)
    },
  }
}

/** What a socket that is paused has read, and the application has not. */
function takeUnread(socket: Socket): Buffer {
  if (socket.readableLength === 0) return Buffer.alloc(0)
  // To take it out tells those who listen for 'data', too, and they will get it over there.
  socket.emit = () => false
  const chunk: unknown = socket.read(socket.readableLength)
  Reflect.deleteProperty(socket, 'emit')
  return typeof chunk === 'string' ? Buffer.from(chunk, socket.readableEncoding ?? 'utf8') : (chunk as Buffer)
}
