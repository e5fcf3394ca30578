import type { Server } from 'node:net'
import type { InheritedListener } from '../listeners/inherited.ts'
import { boundTo, keyOf } from '../listeners/key.ts'
import type { ListenTarget } from '../listeners/listen-target.ts'
import { asksForAnyPort, isAbstract } from '../listeners/listen-target.ts'
import { OwnedPath } from '../listeners/owned-path.ts'
import { listeningFd } from '../node/internals/handles.ts'
import { inodeOf } from '../node/stat.ts'

export interface PlaceHost {
  /** Which of the calls for any port this one is. */
  portZeroIndex(asked: ListenTarget | undefined): number | undefined
  /** Whether a unix path is this process's to change. */
  ownsPath(adopted: boolean): boolean
  /** What it had adopted is closed. */
  givesBack(listener: InheritedListener): void
}

/** Where one server listens, or is about to: as it was asked for, and as it is bound, anew or on an inherited listener. */
export class ListeningPlace {
  readonly #server: Server
  readonly #host: PlaceHost
  #asked: ListenTarget | undefined
  #adopted: InheritedListener | undefined
  #givenBack = false
  #givenUp = false
  /** Kept when the server is closed and listens again: it is the same server. */
  #portZero: { readonly of: string; readonly index: number | undefined } | undefined
  #path: OwnedPath | undefined

  constructor(server: Server, host: PlaceHost) {
    this.#server = server
    this.#host = host
  }

  /** The server is about to listen. @param permissions what `listen()` adds to those of a unix path */
  begin(asked: ListenTarget | undefined, adopted: InheritedListener | undefined, permissions: number): void {
    this.#asked = asked
    this.#adopted = adopted
    this.#givenBack = false
    const at = adopted?.bound ?? asked
    const isFile = at?.kind === 'unix' && !isAbstract(at.path)
    // A service manager keeps what it has bound.
    const own = adopted?.activatedAs === undefined
    const isOurs = (): boolean => own && !this.#givenUp && this.#host.ownsPath(adopted !== undefined)
    this.#path = isFile ? new OwnedPath(at.path, { adopted, permissions, isOurs }) : undefined
    // Node answers null for an inherited unix socket, and the temporary path for one that was bound aside.
    if (at?.kind !== 'unix') Reflect.deleteProperty(this.#server, 'address')
    else this.#server.address = () => (this.#server.listening ? at.path : null)
  }

  portZeroIndex(asked: ListenTarget | undefined): number | undefined {
    const of = asked === undefined ? '' : keyOf(asked)
    if (this.#portZero?.of !== of) this.#portZero = { of, index: this.#host.portZeroIndex(asked) }
    return this.#portZero.index
  }

  get asked(): ListenTarget | undefined {
    return this.#asked
  }

  get adopted(): InheritedListener | undefined {
    return this.#adopted
  }

  /** The unix socket's file, if it is one. */
  get path(): OwnedPath | undefined {
    return this.#path
  }

  get key(): string {
    return this.#bound === undefined ? 'unknown' : keyOf(this.#bound)
  }

  /** The port that it has, or was to have. */
  get port(): number | undefined {
    const bound = this.#server.listening ? this.#bound : this.#asked
    return bound?.kind === 'tcp' ? bound.port : undefined
  }

  get anyPort(): boolean {
    return this.#asked !== undefined && asksForAnyPort(this.#asked)
  }

  /** What the successor inherits; `undefined` where the socket has no number that could be passed on. */
  inheritable(ephemeral: boolean): InheritedListener | undefined {
    const fd = listeningFd(this.#server)
    const bound = this.#bound
    if (fd === undefined || bound === undefined) return undefined
    const portZeroIndex = this.#portZero?.index
    const activatedAs = this.#adopted?.activatedAs
    return { fd, asked: this.#asked, bound, portZeroIndex, ephemeral, inode: inodeOf(fd) ?? 0, activatedAs }
  }

  /** The inherited descriptor that it has adopted, by the number that the predecessor knows. */
  get inheritedAs(): number | undefined {
    return this.#givenBack ? undefined : this.#adopted?.fd
  }

  /** It is closed: what it had adopted is there for the next one. */
  giveBack(): void {
    // One that was given up in a drain is known by it to the predecessor, which may still pass connections on.
    if (this.#adopted === undefined || this.#givenBack || this.#givenUp) return
    this.#givenBack = true
    this.#host.givesBack(this.#adopted)
  }

  /** The successor has the listener, and its path. */
  giveUp(): void {
    this.#givenUp = true
  }

  get givenUp(): boolean {
    return this.#givenUp
  }

  get #bound(): ListenTarget | undefined {
    return this.#adopted?.bound ?? boundTo(this.#server.address(), this.#asked)
  }
}
