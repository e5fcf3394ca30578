import type { Server } from 'node:net'
import { setImmediate } from 'node:timers'

const followed = new WeakSet<Server>()

/**
 * Tells of a server that is about to listen whether it is told not to keep its process alive, before that or right after:
 * Node calls `unref()` by itself where the application has called it before `listen()`. When that is over nothing is left
 * on the server.
 */
export function followReference(server: Server, unreferenced: () => void): void {
  if (followed.has(server)) return
  followed.add(server)
  const own = Object.getOwnPropertyDescriptor(server, 'unref')
  const { unref } = server
  const restore = (): void => {
    if (!followed.delete(server)) return
    Reflect.deleteProperty(server, 'unref')
    if (own !== undefined) Object.defineProperty(server, 'unref', own)
  }
  const telling = function (this: Server): Server {
    restore()
    unreferenced()
    return unref.call(this)
  }
  Object.defineProperty(server, 'unref', { value: telling, configurable: true, writable: true })
  for (const event of ['listening', 'close']) server.once(event, () => setImmediate(restore))
}
