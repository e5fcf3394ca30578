import type { Server } from 'node:net'
import { Socket } from 'node:net'
import type { Handle } from './handles.ts'
import { handleOf } from './handles.ts'

/**
 * Gives the function that Node calls for each connection that the kernel accepts on a server's socket. Called with a
 * handle that came, it makes a socket of the server's own, with all that the server's options say, in whatever way this
 * Node does so. It makes none where there is a limit (`maxConnections`) or the address is blocked (`blockList`). It
 * works after the server has stopped listening, too: a server that drains still receives connections. The socket reads
 * from then on, though not before this turn of the event loop ends.
 */
export function accepting(server: Server): ((connection: object) => Socket | undefined) | undefined {
  const handle = handleOf(server)
  if (typeof handle?.onconnection !== 'function') return undefined
  return (connection) => {
    const before = ownerOf(connection)
    // What the predecessor has set is still set in the kernel.
    const { setNoDelay, setKeepAlive } = connection as Handle
    setNoDelay?.call(connection, false)
    setKeepAlive?.call(connection, false, 0)
    try {
      handle.onconnection?.(0, connection)
    } catch (error) {
      // A listener has thrown. That stays uncaught, but the caller has to hear what became of the connection.
      process.nextTick(() => {
        throw error
      })
    }
    const owner = ownerOf(connection)
    return owner === before ? undefined : owner
  }
}

/** The socket over a handle. A listener to the events of the server may not be told of it. */
function ownerOf(handle: object): Socket | undefined {
  const name = Object.getOwnPropertySymbols(handle).find(({ description }) => description === 'owner_symbol')
  const owner: unknown = name && Reflect.get(handle, name)
  return owner instanceof Socket ? owner : undefined
}
