import type { Server, Socket } from 'node:net'
import { clearTimeout, setTimeout } from 'node:timers'
import { Server as TlsServer } from 'node:tls'
import type { ConnectionKind } from '@zerodown/core/kinds'
import { hasHalfCharacter, hasUnsent, withoutApplication } from '@zerodown/core/kinds'
import { freeze } from './freeze.ts'
import { staysHere } from './give.ts'
import { listen } from './late-words.ts'
import { movingServers } from './moving-servers.ts'

/** The server of a connection that was found idle. */
const serverOf = new WeakMap<Socket, Server>()

/** Servers whose drain is over: what is left is being cut. */
const cut = new WeakSet<Server>()

/** Connections of a `net.Server`, with what the application gives of them. */
export const kind: ConnectionKind = {
  name: 'raw',

  isServedBy: (server) => movingServers.has(server),

  obstacle: (server) =>
    server instanceof TlsServer ? 'they are encrypted, with keys that only this process has.' : undefined,

  findIdle(server, open) {
    const idle = [...open].filter((socket) => !hasUnsent(socket) && !hasHalfCharacter(socket) && !staysHere(socket))
    for (const socket of idle) serverOf.set(socket, server)
    return idle
  },

  freeze(socket) {
    const server = serverOf.get(socket)
    const options = server && movingServers.get(server)
    return options && freeze(socket, options, () => cut.has(server))
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

  drain(server, { time }) {
    // Right before what is left is cut, as the drain itself begins to wait later in this turn.
    const late = setTimeout(() => void cut.add(server), time).unref()
    return () => clearTimeout(late)
  },
}
