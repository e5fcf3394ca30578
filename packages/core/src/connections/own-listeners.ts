import type { Server, Socket } from 'node:net'

type Listener = (...args: never[]) => unknown

/** Listeners of ours to the events of sockets and servers, among those of the application. */
const ours = new WeakSet<object>()

/** Marks a listener as ours. @returns the same */
export function own<L extends Listener>(listener: L): L {
  ours.add(listener)
  return listener
}

const isOurs = (listener: object): boolean =>
  ours.has('listener' in listener ? (listener.listener as object) : listener)

/**
 * Takes away all listeners of a socket but ours, for a connection that goes on in another process: to the application, and
 * to what serves it here, its end must not look like the end of the connection.
 */
export function takeFromApplication(socket: Socket): void {
  for (const event of socket.eventNames()) {
    for (const listener of socket.rawListeners(event)) {
      if (!isOurs(listener)) socket.removeListener(event, listener as () => void)
    }
  }
  // With no listener at all, an error would be an uncaught one.
  socket.on('error', () => {})
}

/** Runs `accept`, which is synchronous: only our listeners are told of the connection that it accepts. */
export function withoutApplication<Result>(server: Server, accept: () => Result): Result {
  const { emit } = server
  const before = Object.getOwnPropertyDescriptor(server, 'emit')
  server.emit = function (this: Server, event: string | symbol, ...args: unknown[]): boolean {
    if (event !== 'connection') return Reflect.apply(emit, this, [event, ...args])
    for (const listener of this.listeners(event)) if (isOurs(listener)) Reflect.apply(listener, this, args)
    return true
  } as Server['emit']
  try {
    return accept()
  } finally {
    Reflect.deleteProperty(server, 'emit')
    if (before !== undefined) Object.defineProperty(server, 'emit', before)
  }
}
