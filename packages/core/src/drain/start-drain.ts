import { Server as HttpServer } from 'node:http'
import { Server as HttpsServer } from 'node:https'
import type { Socket } from 'node:net'
import { Server as NetServer } from 'node:net'
import type { Drain, Draining } from './draining.ts'
import { drainHttp1 } from './http1.ts'
import { isHttp2Server } from '../connections/http2-sessions.ts'
import { drainHttp2 } from './http2.ts'
import { drainRaw } from './raw.ts'
import { guarded } from '../handover/kinds/guarded.ts'
import { kindsOf } from '../handover/kinds/kinds.ts'
import { defer } from '../node/deferred.ts'
import { holdClose } from '../node/internals/close-event.ts'

/**
 * Gives up the listener and drains the connections.
 *
 * `net.Server#close()` only stops accepting. `http.Server#close()` would also destroy idle connections at once (Node 19
 * and later; Node 26 also those before their first request), and `http2` servers would end their sessions: requests on
 * their way would be lost.
 */
export function startDrain(draining: Draining, noMoreCome: Promise<void>): { drain: Drain; drained: Promise<void> } {
  const { server, connections } = draining
  const closed = new Promise((resolve) => server.once('close', resolve))
  const { drain, held } = withKinds(draining, chooseDrain(draining))
  // Until the predecessor has left, it may still hand connections over; and under a supervisor, so may other slots. An
  // application that ends on 'close' what its handlers need must not end it before.
  const noMore = Promise.all([noMoreCome, held])
  holdClose(server, noMore)
  const drained = Promise.all([closed, noMore]).then(() => connections.allClosed())
  keepAddress(server)
  // If the application has closed the server itself, its 'close' comes when its connections have ended.
  if (server.listening) NetServer.prototype.close.call(server)
  closeAgain(server)
  return { drain, drained }
}

/**
 * Keeps the answer of `server.address()` for the time of the drain. Handlers that still run know nothing of a restart:
 * one that makes a link to its own server must not get `null`.
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
 * Lets the application close the server once more. It does not know that we have closed it, and an error in its
 * callback (`ERR_SERVER_NOT_RUNNING`) could keep it from what it does next.
 */
function closeAgain(server: NetServer): void {
  const { close } = server
  const closing = function (this: NetServer, callback?: (error?: Error) => void): NetServer {
    if (typeof callback === 'function') this.once('close', () => callback())
    return close.call(this)
  }
  Object.defineProperty(server, 'close', { value: closing, configurable: true, writable: true })
}

/**
 * Has each kind end what cannot move, in the way of its protocol.
 * @returns the drain with them; and what resolves when none of them holds it any more
 */
function withKinds(
  { server, connections: { open }, handover, time, failed }: Draining,
  drain: Drain,
): { drain: Drain; held: Promise<unknown> } {
  const cut = defer<void>()
  const all: Promise<unknown>[] = []
  const hold = (until: Promise<unknown>): void => void all.push(until)
  const stops = kindsOf(server).map((kind) => {
    const moves = handover?.kinds.includes(kind) === true ? handover.to : undefined
    const stays = (socket: Socket): boolean => moves?.canMove(kind, socket) !== true
    return guarded(kind, (error) => failed(kind.name, error)).drain(server, { open, time, stays, hold })
  })
  const whole = {
    cut() {
      drain.cut()
      cut.resolve()
    },
    end() {
      for (const stop of stops) stop()
      drain.end()
    },
  }
  return { drain: whole, held: Promise.race([Promise.allSettled(all), cut.promise]) }
}

function chooseDrain(draining: Draining): Drain {
  const { server } = draining
  if (server instanceof HttpServer || server instanceof HttpsServer) return drainHttp1({ ...draining, server })
  return isHttp2Server(server) ? drainHttp2(draining) : drainRaw(draining)
}
