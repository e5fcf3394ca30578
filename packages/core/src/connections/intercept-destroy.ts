import type { Socket } from 'node:net'

/** Sockets whose `destroy()` is ours, over theirs. */
const ours = new WeakSet<Socket>()
/** Sockets of which there is a copy in another process. */
const copied = new WeakSet<Socket>()
let noted: Set<Socket> | undefined

/** Which sockets `action`, which is synchronous, would destroy: they only take a note. */
export function noteDestroyed(sockets: Iterable<Socket>, action: () => void): ReadonlySet<Socket> {
  for (const socket of sockets) watch(socket)
  const notes = new Set<Socket>()
  noted = notes
  try {
    action()
  } finally {
    noted = undefined
  }
  return notes
}

/**
 * From here on, to destroy it ends the connection (FIN) before this end is closed: its client would else not hear of it
 * before the other process has closed its own, which may be busy, and would send a request to nobody.
 */
export function endWhenDestroyed(socket: Socket): void {
  watch(socket)
  copied.add(socket)
}

/** From here on, to destroy it closes this end of the connection, and no more than that. */
export function closeWhenDestroyed(socket: Socket): void {
  copied.delete(socket)
}

/** Stays on the socket, since taking a property away again would make every later use of the socket slower. */
function watch(socket: Socket): void {
  if (ours.has(socket)) return
  ours.add(socket)
  const destroy = socket.destroy
  socket.destroy = function (this: Socket, error?: Error) {
    if (noted !== undefined) {
      noted.add(this)
      return this
    }
    // A second call does not wait for what is still to be written.
    if (!copied.delete(this) || error !== undefined || !this.writable) return destroy.call(this, error)
    this.destroySoon()
    return this
  }
}
