import cluster from 'node:cluster'
import type { Server } from 'node:net'
import { AcceptGate } from '../listeners/accept-gate.ts'
import type { InheritedListener, InheritedListeners } from '../listeners/inherited.ts'
import type { ListenTarget } from '../listeners/listen-target.ts'
import type { SharedPort } from '../listeners/shared-port.ts'
import { thisPlatform } from '../process/platform.ts'
import type { Origin } from '../restart/origin.ts'
import { isInCharge } from '../restart/origin.ts'
import { additionalListenerOf } from './additional-listener.ts'
import type { ServerHost } from './attached-server.ts'
import { AttachedServer } from './attached-server.ts'
import { remember } from './attachments.ts'
import { StickyClients } from './sticky-clients.ts'
import { giveToSupervisor } from './under-supervisor.ts'

/** Is told what happens to the attached servers. */
export interface ServerWatcher {
  serverListens(server: AttachedServer, adopted: boolean): void
  serverFailed(server: AttachedServer, error: unknown): void
  serverClosed(server: AttachedServer): void
  /** It turns out that a server can receive no connections of a kind, although it seemed so. */
  serverCannotReceive(server: AttachedServer): void
  /** A server does not count any more for whether the process is in use. */
  serverSetAside(): void
}

/** The servers that are attached and not closed, in the order of their `listen()`. */
export class AttachedServers implements ServerHost {
  readonly gate: AcceptGate
  readonly #origin: Origin
  readonly #beforeListen: () => void
  readonly #known = new WeakSet<Server>()
  readonly #servers = new Set<AttachedServer>()
  readonly #sticky: StickyClients | undefined
  #watcher: ServerWatcher | undefined

  /** @param beforeListen called at each `listen()`, before anything is bound; what it throws, `listen()` throws */
  constructor(origin: Origin, beforeListen: () => void) {
    this.gate = new AcceptGate(() => isInCharge(origin))
    this.#origin = origin
    this.#beforeListen = beforeListen
    const { supervisor } = origin
    this.#sticky = supervisor?.worker.sticky === true ? new StickyClients(supervisor) : undefined
  }

  /** @param watcher `undefined`: nobody is told any more */
  watch(watcher: ServerWatcher | undefined): void {
    this.#watcher = watcher
  }

  [Symbol.iterator](): Iterator<AttachedServer> {
    return this.#servers.values()
  }

  get listening(): AttachedServer[] {
    return [...this.#servers].filter(({ listening }) => listening)
  }

  /** Those with connections, too, that the application has closed by itself. */
  get open(): AttachedServer[] {
    return [...this.#servers].filter(({ open }) => open)
  }

  /** Whether one of them is open or about to be, and keeps its process alive. */
  get inUse(): boolean {
    return [...this.#servers].some(({ inUse, aside }) => inUse && !aside)
  }

  /** Whether it was ever attached. */
  knows(server: Server): boolean {
    return this.#known.has(server)
  }

  /** @param main whose connections the accepted ones are, where `server` is only an additional listener of that one */
  add(server: Server, main?: AttachedServer): void {
    this.#known.add(server)
    const attached = new AttachedServer(server, this, main)
    this.#servers.add(attached)
    remember(server, attached)
  }

  /** One more address for a server that is attached. @returns what is to listen there */
  addListenerOf(server: Server): Server {
    const main = [...this.#servers].find((it) => it.server === server)
    if (main === undefined) throw new TypeError('additionalListener: this server is not attached.')
    const additional = additionalListenerOf(server)
    this.add(additional, main)
    return additional
  }

  /** Notes that this server does not keep its process alive: if no other one listens, the process is no service. */
  setAside(server: Server): void {
    for (const it of this.#servers) if (it.server === server) it.setAside()
    this.#watcher?.serverSetAside()
  }

  /** Forgets a server until it listens again. */
  forget(server: AttachedServer): void {
    this.#servers.delete(server)
  }

  starts(server: AttachedServer): void {
    this.#beforeListen()
    // In the order of their `listen()`, by which two calls in the same words (port 0 twice) are told apart.
    this.#servers.delete(server)
    this.#servers.add(server)
  }

  get inherited(): InheritedListeners {
    // One may be closed whose 'close' is still to come.
    for (const it of this.#servers) it.giveBack()
    return this.#origin.listeners
  }

  givesBack(listener: InheritedListener): void {
    this.#origin.listeners.giveBack(listener)
  }

  portZeroIndex(asked: ListenTarget | undefined): number | undefined {
    return this.#origin.portZeroOrder.next(asked)
  }

  sharedPort(asked: ListenTarget, portZeroIndex: number | undefined): SharedPort | undefined {
    return this.#origin.supervisor?.sharedPort(asked, portZeroIndex, this.#origin.generation)
  }

  get bindsItself(): boolean {
    const { clusterWorker, platform } = thisPlatform()
    return !clusterWorker && platform !== 'win32'
  }

  /** In a cluster it is the primary that has bound it, and under a supervisor it outlives this process. */
  ownsPath(adopted: boolean): boolean {
    if (cluster.isWorker || this.#origin.supervisor !== undefined) return false
    return !adopted || isInCharge(this.#origin)
  }

  listens(server: AttachedServer, adopted: boolean): void {
    if (this.#origin.supervisor !== undefined) giveToSupervisor(this.#origin.supervisor, server)
    this.#sticky?.follow(server)
    this.#watcher?.serverListens(server, adopted)
  }

  failed(server: AttachedServer, error: unknown): void {
    // That an additional listener cannot listen is no reason to give up a restart.
    if (server.optional) this.closed(server)
    else this.#watcher?.serverFailed(server, error)
  }

  closed(server: AttachedServer): void {
    if (this.#watcher === undefined) this.forget(server)
    else this.#watcher.serverClosed(server)
  }

  cannotReceive(server: AttachedServer): void {
    this.#watcher?.serverCannotReceive(server)
  }
}
