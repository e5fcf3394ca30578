import { Server as HttpServer } from 'node:http'
import { Server as HttpsServer } from 'node:https'
import { Server as NetServer } from 'node:net'
import type { Drain, Draining } from './draining.ts'
import { drainHttp1 } from './http1.ts'
import { drainHttp2, isHttp2Server } from './http2.ts'
import { drainRaw } from './raw.ts'

/**
 * Gives up the listener and drains the connections.
 *
 * `http.Server#close()` would destroy idle connections at once (Node 19 and later; Node 26 those before their first
 * request as well), and `http2` servers end their sessions: a request on its way would be lost. Stopping to accept is
 * all that `net.Server#close()` does.
 */
export function startDrain(
  draining: Draining,
  predecessorGone: Promise<void>,
): { drain: Drain; drained: Promise<void> } {
  const { server, connections } = draining
  const closed = new Promise((resolve) => server.once('close', resolve))
  // Until the predecessor has left, it may still hand connections over.
  const drained = Promise.all([closed, predecessorGone]).then(() => connections.allClosed())
  const drain = chooseDrain(draining)
  keepAddress(server)
  // One that the application has closed by itself says 'close' when its connections have ended.
  if (server.listening) NetServer.prototype.close.call(server)
  closeAgain(server)
  return { drain, drained }
}

/**
 * What is in flight is answered by handlers that know nothing of a restart: one that asks where its server listens, as
 * for a link to itself, must not find `null`.
 */
function keepAddress(server: NetServer): void {
  const own = Object.getOwnPropertyDescriptor(server, 'address')
  const address = server.address()
  server.address = () => address
  server.once('close', () => {
    Reflect.deleteProperty(server, 'address')
    if (own !== undefined) Object.defineProperty(server, 'address', own)
  })
}

/**
 * That it is closed already is not the application's doing, which may close it as well, a little later: to call back
 * with an error (`ERR_SERVER_NOT_RUNNING`) would keep it from what it does next.
 */
function closeAgain(server: NetServer): void {
  const { close } = server
  const closing = function (this: NetServer, callback?: (error?: Error) => void): NetServer {
    if (typeof callback === 'function') this.once('close', () => callback())
    return close.call(this)
  }
  Object.defineProperty(server, 'close', { value: closing, configurable: true, writable: true })
}

function chooseDrain(draining: Draining): Drain {
  const { server } = draining
  if (server instanceof HttpServer || server instanceof HttpsServer) return drainHttp1({ ...draining, server })
  return isHttp2Server(server) ? drainHttp2(draining) : drainRaw(draining)
}
