import type { Socket } from 'node:net'

/**
 * Calls `then` once, when something is written to a socket, or when it can be written to no more. No event tells it, so `write`
 * is replaced until then.
 */
export function onFirstWrite(socket: Socket, then: () => void): void {
  const before = Object.getOwnPropertyDescriptor(socket, 'write')
  const { write } = socket
  const watched = ((...args: Parameters<Socket['write']>) => {
    over()
    return Reflect.apply(write, socket, args)
  }) as Socket['write']
  let isOver = false
  const over = (): void => {
    if (isOver) return
    isOver = true
    socket.off('finish', over).off('close', over)
    // Another one may have replaced it since.
    if (socket.write === watched) {
      Reflect.deleteProperty(socket, 'write')
      if (before !== undefined) Object.defineProperty(socket, 'write', before)
    }
    then()
  }
  socket.write = watched
  socket.once('finish', over).once('close', over)
}
