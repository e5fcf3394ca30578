import type { EventEmitter } from 'node:events'
import { errorMonitor } from 'node:events'
import type { Server } from 'node:net'
import { Connections } from '../connections/tracking.ts'
import type { Payload } from '../channel/messages.ts'
import type { ConnectionKind } from '../handover/kinds/kind.ts'
import { explainObstacles } from '../handover/kinds/kinds.ts'
import { ConnectionAdopter } from '../handover/receive/connection-adopter.ts'
import { followSessions, isHttp2Server } from '../connections/http2-sessions.ts'
import { explainListenError } from '../listeners/held-address.ts'
import type { ListenHooks } from '../listeners/listen.ts'
import { patchListen } from '../listeners/listen.ts'
import type { OwnedPath } from '../listeners/owned-path.ts'
import type { InheritedListener, InheritedListeners } from '../listeners/inherited.ts'
import { attachedTooLate } from './attached-too-late.ts'
import type { PlaceHost } from './listening-place.ts'
import { ListeningPlace } from './listening-place.ts'

/** What an attached server needs to know, and whom it tells what becomes of it. */
export interface ServerHost extends PlaceHost, Pick<ListenHooks, 'sharedPort' | 'gate'> {
  readonly inherited: InheritedListeners
  /** Whether this process binds its own sockets. */
  readonly bindsItself: boolean
  /** `listen()` was called; what this throws, `listen()` throws. */
  starts(server: AttachedServer): void
  listens(server: AttachedServer, adopted: boolean): void
  failed(server: AttachedServer, error: unknown): void
  closed(server: AttachedServer): void
  /** It turns out that it can receive no connections of a kind, although it seemed so. */
  cannotReceive(server: AttachedServer): void
}

/** A server whose `listen()` adopts, and whose listener and connections are known. */
export class AttachedServer {
  readonly server: Server
  readonly connections: Connections
  readonly #host: ServerHost
  readonly #main: AttachedServer | undefined
  readonly #adopter: ConnectionAdopter
  readonly #place: ListeningPlace
  /** Whether it only seems to listen, and is to be closed by us. */
  #pretence: 'seems to listen' | 'is over' | undefined
  /** Whether it could not listen. */
  failedToListen = false
  #aside = false
  #starting = false
  #open = false

  /** @param main whose connections the accepted ones are, where `server` only is a further address of that one */
  constructor(server: Server, host: ServerHost, main?: AttachedServer) {
    this.server = server
    this.#host = host
    this.#main = main
    this.connections = new Connections(main === undefined ? server : undefined)
    this.#place = new ListeningPlace(server, host)
    this.#adopter = new ConnectionAdopter(this.#serving, () => host.cannotReceive(this))
    if (isHttp2Server(server)) followSessions(server)
    patchListen(server, {
      before: () => {
        host.starts(this)
        this.#starting = true
        this.failedToListen = false
        this.#aside = false
      },
      threw: (error) => this.#failed(error),
      inherited: () => host.inherited,
      gate: host.gate,
      portZeroIndex: (asked) => this.#place.portZeroIndex(asked),
      bindsItself: () => host.bindsItself,
      sharedPort: (asked, index) => host.sharedPort(asked, index),
      pretends: (still) => void (this.#pretence = still ? 'seems to listen' : 'is over'),
      asks: (asked, adopted, permissions = 0) => this.#place.begin(asked, adopted, permissions),
    })
    server.on('listening', () => {
      if (!this.inUse) throw attachedTooLate('was told to listen before')
      this.#starting = false
      this.#open = true
      if (this.#pretence !== undefined) return
      this.#adopter.begin(server)
      this.path?.listens()
      host.listens(this, this.adopted)
    })
    // Only watches: whether anybody handles the error is still the application's business.
    ;(server as EventEmitter).on(errorMonitor, (error: Error) => {
      if (!server.listening) this.#failed(explainListenError(error, this.#place.asked, host.inherited))
    })
    server.on('close', () => {
      this.#open = server.listening
      this.path?.remove()
      this.giveBack()
      // What could not listen where it should is still to listen.
      if (this.#pretence !== 'is over') host.closed(this)
      this.#pretence = undefined
    })
  }

  /** Whether it listens where it was told to. */
  get listening(): boolean {
    return this.server.listening && this.#pretence === undefined
  }

  /** The port that it has, or was to have. */
  get port(): number | undefined {
    return this.#place.port
  }

  /** Notes that it does not keep its process alive (`server.unref()`): if no other server listens, the process is no service. */
  setAside(): void {
    this.#aside = true
  }

  get aside(): boolean {
    return this.#aside
  }

  /** Whether the process can do without it. */
  get optional(): boolean {
    return this.#main !== undefined
  }

  /** Whether it is open, or was told to listen and is about to. */
  get inUse(): boolean {
    return this.#open || this.#starting
  }

  /** Whether it listens, or was closed and still has connections: Node says 'close' when the last one has ended. */
  get open(): boolean {
    return this.#open
  }

  get key(): string {
    return this.#place.key
  }

  /** Whether its listener came from the predecessor. */
  get adopted(): boolean {
    return this.#place.adopted !== undefined
  }

  /** What the successor inherits; `undefined` where the socket has no number that could be passed on. */
  get listener(): InheritedListener | undefined {
    return this.#place.inheritable(this.ephemeral)
  }

  /** Whether any port would do, and nobody has ever connected to the one it got, in no generation. */
  get ephemeral(): boolean {
    const { adopted, anyPort } = this.#place
    const used = this.connections.used || (adopted !== undefined && adopted.ephemeral !== true)
    return anyPort && !used
  }

  /** The inherited descriptor that it has adopted, by the number that the predecessor knows. */
  get inheritedAs(): number | undefined {
    return this.#place.inheritedAs
  }

  /** Before the commit, what was adopted and closed again is there for the next one. */
  giveBack(): void {
    if (!this.inUse) this.#place.giveBack()
  }

  /**
   * The kinds of connection that it takes from a predecessor. One that the application has closed takes none; one that
   * was given up passes on to its successor what comes.
   */
  get acceptedKinds(): readonly ConnectionKind[] {
    return this.server.listening || this.#place.givenUp ? this.#adopter.kinds : []
  }

  /** Serves a connection that the predecessor accepted. @returns whether it can */
  adopt(connection: object, payload: Payload): boolean | Promise<boolean> {
    return this.acceptedKinds.length > 0 && this.#adopter.adopt(connection, payload)
  }

  /** Why connections of these kinds, or of any, can neither leave nor come: lines for the log. */
  obstacles(kinds?: readonly ConnectionKind[]): string[] {
    return explainObstacles(this.#serving, this.key, kinds)
  }

  /** The successor has the listener, and its path. */
  giveUp(): void {
    this.#place.giveUp()
  }

  get #serving(): Server {
    return this.#main?.server ?? this.server
  }

  /** That of a unix socket which is a file. */
  get path(): OwnedPath | undefined {
    return this.#place.path
  }

  #failed(error: unknown): void {
    this.#starting = false
    this.failedToListen = true
    this.#host.failed(this, error)
  }
}
