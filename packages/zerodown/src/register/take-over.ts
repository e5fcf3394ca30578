import { Server } from 'node:net'
import type { Options } from '@zerodown/core'
import { attachmentOf, instanceInCharge, zerodown } from '@zerodown/core'
import { announce } from './announcement.ts'

type Listen = Server['listen']

/** The `listen()` that adopts, of each server that was taken over. */
const taken = new WeakMap<Server, Listen>()

/**
 * Puts itself in the place of `net.Server.prototype.listen`, by which every server of node:http, https, http2, tls and
 * net begins to listen: the first call attaches the server. Nothing else is patched. A server that the application has
 * attached by itself stays with whom it was given to.
 * @param mayTake asked before a server is attached; `options` for an instance that the application made
 */
export function takeOverServers(mayTake: () => boolean, options: Options): void {
  const original: Listen = Server.prototype.listen
  function listen(this: Server, ...args: unknown[]): Server {
    const left = this.listening || attachmentOf(this) !== undefined || !mayTake()
    const adopting = taken.get(this) ?? (left ? original : attach(this, original, options))
    return Reflect.apply(adopting, this, args)
  }
  Server.prototype.listen = listen
}

/**
 * `attach` gives a server a `listen` of its own, over the one that it finds. It is to find Node's, since a class that
 * extends a server may have come by here through its own; and that one is to be called again the next time, so nothing
 * is left on the server.
 */
function attach(server: Server, original: Listen, options: Options): Listen {
  const own = Object.getOwnPropertyDescriptor(server, 'listen')
  // Only one instance can be in charge; if the application has made one that is, that one is given this server as well.
  const instance = instanceInCharge() ?? zerodown
  Object.defineProperty(server, 'listen', { value: original, configurable: true, writable: true })
  try {
    instance.attach(server, options)
    const adopting: Listen = server.listen
    taken.set(server, adopting)
    announce(server, instance)
    return adopting
  } finally {
    Reflect.deleteProperty(server, 'listen')
    if (own !== undefined) Object.defineProperty(server, 'listen', own)
  }
}
