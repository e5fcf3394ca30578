import type { Server } from 'node:net'
import { Socket } from 'node:net'
import type { Handle } from './handles.ts'
import { handleOf, isNativeHandle } from './handles.ts'

type OnConnection = (error: number, connection: object) => void

/** What Node itself calls, where something else comes first. */
const behind = new WeakMap<Handle, OnConnection>()

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
    accept(handle, connection)
    const owner = ownerOf(connection)
    return owner === before ? undefined : owner
  }
}

/**
 * Has each connection that the kernel accepts on a server's socket shown first, by its handle: there is no socket over it,
 * and nothing was read. The same is what `node:cluster` replaces to pass connections on.
 * @param takes @returns whether it takes the connection, which Node then never sees
 * @returns how to have the server accept one that nobody takes, also when it has stopped listening; `undefined` where
 * the server does not listen
 */
export function beforeAccepting(
  server: Server,
  takes: (connection: object & { close(): void }) => boolean,
): ((connection: object) => void) | undefined {
  const handle = handleOf(server)
  const own = handle?.onconnection
  if (!handle || typeof own !== 'function') return undefined
  behind.set(handle, own)
  handle.onconnection = (error, connection) => {
    if (error === 0 && isNativeHandle(connection) && takes(connection)) return
    own.call(handle, error, connection)
  }
  return (connection) => accept(handle, connection)
}

/** The address of whoever is at the other end of a TCP connection; `undefined` where it has none, or has gone. */
export function peerAddress(connection: object): string | undefined {
  const { getpeername } = connection as Handle
  const peer: { address?: string } = {}
  return getpeername?.call(connection, peer) === 0 ? peer.address : undefined
}

function accept(handle: Handle, connection: object): void {
  const onConnection = behind.get(handle) ?? handle.onconnection
  try {
    onConnection?.call(handle, 0, connection)
  } catch (error) {
    // A listener has thrown. That stays uncaught, but the caller has to hear what became of the connection.
    process.nextTick(() => {
      throw error
    })
  }
}

/** The socket over a handle. A listener to the events of the server may not be told of it. */
function ownerOf(handle: object): Socket | undefined {
  const name = Object.getOwnPropertySymbols(handle).find(({ description }) => description === 'owner_symbol')
  const owner: unknown = name && Reflect.get(handle, name)
  return owner instanceof Socket ? owner : undefined
}
