import type { Socket } from 'node:net'

/** Sockets whose `destroy()` we have replaced. */
const ours = new WeakSet<Socket>()
/** Sockets that another process has a copy of. */
const copied = new WeakSet<Socket>()
let noted: Set<Socket> | undefined

/**
 * Runs `action`, which is synchronous.
 * @returns the sockets that it tried to destroy; none of them is destroyed
 */
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
 * From now on `destroy()` sends a FIN before it closes the socket. Another process has a copy, so closing alone says
 * nothing to the client until that process closes its copy as well. It may be busy, and the client would send a request
 * to nobody.
 */
export function endWhenDestroyed(socket: Socket): void {
  watch(socket)
  copied.add(socket)
}

/** From now on `destroy()` closes this process's copy of the connection, and says nothing to the client. */
export function closeWhenDestroyed(socket: Socket): void {
  copied.delete(socket)
}

/** Replaces `destroy()` for good: to delete the property again would make every later use of the socket slower. */
function watch(socket: Socket): void {
  if (ours.has(socket)) return
  ours.add(socket)
  const destroy = socket.destroy
  socket.destroy = function (this: Socket, error?: Error) {
    if (noted !== undefined) {
      noted.add(this)
      return this
    }
    // A second call destroys at once, without waiting for what is still to be written.
    if (!copied.delete(this) || error !== undefined || !this.writable) return destroy.call(this, error)
    this.destroySoon()
    return this
  }
}
