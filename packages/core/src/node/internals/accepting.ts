import type { Server } from 'node:net'
import { Socket } from 'node:net'
import type { Handle } from './handles.ts'
import { handleOf } from './handles.ts'

/**
 * What Node calls for each connection that the kernel accepts, where a server listens: given a handle that came, it
 * makes a socket of the server's own, with all that its options say, in whatever way this Node does so, or none, where
 * there is a limit (`maxConnections`) or the address is blocked (`blockList`). It serves as well
 * when the server has stopped listening, as one that drains still receives connections. The socket reads from then on,
 * though not before this turn of the event loop ends.
 */
export function accepting(server: Server): ((connection: object) => Socket | undefined) | undefined {
  const handle = handleOf(server)
  if (typeof handle?.onconnection !== 'function') return undefined
  return (connection) => {
    const before = ownerOf(connection)
    // What the predecessor has set stays set in the kernel.
    const { setNoDelay, setKeepAlive } = connection as Handle
    setNoDelay?.call(connection, false)
    setKeepAlive?.call(connection, false, 0)
    try {
      handle.onconnection?.(0, connection)
    } catch (error) {
      // A listener's, and uncaught as ever; but whoever handed it over has to hear what became of it.
      process.nextTick(() => {
        throw error
      })
    }
    const owner = ownerOf(connection)
    return owner === before ? undefined : owner
  }
}

/** The socket over a handle: whatever listens to events of the server may not be told of it. */
function ownerOf(handle: object): Socket | undefined {
  const name = Object.getOwnPropertySymbols(handle).find(({ description }) => description === 'owner_symbol')
  const owner: unknown = name && Reflect.get(handle, name)
  return owner instanceof Socket ? owner : undefined
}
