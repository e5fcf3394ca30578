import { Server } from 'node:net'
import type { Options } from '@zerodown/core'
import { zerodown } from '@zerodown/core'
import { attachmentOf, instanceInCharge, isOwnServer, setAside } from '@zerodown/core/adapter'
import { announce } from './announcement.ts'
import { followReference } from './reference.ts'

type Listen = Server['listen']

export interface Registered {
  /** Asked before a server is attached. */
  mayTake(): boolean
  /** Called when no attached server listens any more that keeps the process alive. */
  noServer(): void
}

/** The adopting `listen()` of each server that was taken over. */
const taken = new WeakMap<Server, Listen>()

/**
 * Replaces `net.Server.prototype.listen`, by which every server of node:http, https, http2, tls and net begins to
 * listen: the first call attaches the server. Nothing else is patched. A server that the application has attached
 * itself stays with its instance.
 * @param options for an instance that the application has made
 */
export function patchServerListen(registered: Registered, options: Options): void {
  const original: Listen = Server.prototype.listen
  function listen(this: Server, ...args: unknown[]): Server {
    if (isOwnServer(this)) return Reflect.apply(original, this, args)
    const left = this.listening || attachmentOf(this) !== undefined || !registered.mayTake()
    const adopting = taken.get(this) ?? (left ? original : attach(this, original, options, registered))
    if (adopting !== original) followReference(this, () => leaveAside(this, registered))
    return Reflect.apply(adopting, this, args)
  }
  Server.prototype.listen = listen
}

/**
 * `attach()` gives a server a `listen` of its own, over the one that it finds. Here it must find Node's own: a class
 * that extends a server may have called this function from its own `listen`, and that one has to be called again the
 * next time. So nothing is left on the server.
 */
function attach(server: Server, original: Listen, options: Options, registered: Registered): Listen {
  const own = Object.getOwnPropertyDescriptor(server, 'listen')
  // Only one instance can be in charge. If the application has made that one, it is given this server as well.
  const instance = instanceInCharge() ?? zerodown
  Object.defineProperty(server, 'listen', { value: original, configurable: true, writable: true })
  try {
    instance.attach(server, options)
    const adopting: Listen = server.listen
    taken.set(server, adopting)
    announce(server, instance)
    server.on('close', () => endUnlessInCharge(registered))
    return adopting
  } finally {
    Reflect.deleteProperty(server, 'listen')
    if (own !== undefined) Object.defineProperty(server, 'listen', own)
  }
}

/** A process that only starts the real program, as tsx does, may listen on a pipe that does not keep it alive. */
function leaveAside(server: Server, registered: Registered): void {
  const instance = instanceInCharge()
  if (instance !== undefined) setAside(instance, server)
  endUnlessInCharge(registered)
}

function endUnlessInCharge({ noServer }: Registered): void {
  if (instanceInCharge() === undefined) noServer()
}
