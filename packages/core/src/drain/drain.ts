import { Server as HttpServer } from 'node:http'
import { Server as HttpsServer } from 'node:https'
import type { Server } from 'node:net'
import { Server as NetServer } from 'node:net'
import type { Connections } from '../connections/tracking.ts'
import { drainHttp1 } from './http1.ts'
import { drainHttp2, isHttp2Server } from './http2.ts'
import type { Ledger } from './ledger.ts'
import { drainRaw } from './raw.ts'

/** What a drain knows of its server, in any protocol. */
export interface Draining {
  readonly server: Server
  readonly connections: Connections
  readonly ledger: Ledger
}

/** One server's drain, in the way of its protocol. */
export interface Drain {
  /** At the deadline: ends what is left, and counts it. */
  cut(): void
  /** When all is over: leaves no timer behind. */
  end(): void
}

/**
 * Gives up the listener and drains the connections.
 *
 * `http.Server#close()` would destroy idle connections at once (Node 19 and later; Node 26 those before their first
 * request as well), and `http2` servers end their sessions: a request on its way would be lost. Stopping to accept is
 * all that `net.Server#close()` does.
 */
export function startDrain(draining: Draining): { drain: Drain; drained: Promise<void> } {
  const { server, connections } = draining
  const closed = server.listening ? new Promise((resolve) => server.once('close', resolve)) : Promise.resolve()
  const drained = closed.then(() => connections.allClosed())
  const drain = chooseDrain(draining)
  NetServer.prototype.close.call(server)
  return { drain, drained }
}

function chooseDrain(draining: Draining): Drain {
  const { server } = draining
  if (server instanceof HttpServer || server instanceof HttpsServer) return drainHttp1({ ...draining, server })
  return isHttp2Server(server) ? drainHttp2(draining) : drainRaw(draining)
}
