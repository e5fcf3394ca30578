import type { Server } from 'node:net'
import { setImmediate } from 'node:timers'

const followed = new WeakSet<Server>()

/**
 * Calls `unreferenced` if a server that is about to listen is told not to keep its process alive, before or right after
 * it listens. If the application has called `unref()` before `listen()`, Node calls it again when the server listens.
 * After that, the server is left as it was.
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
