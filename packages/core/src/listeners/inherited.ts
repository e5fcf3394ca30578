import { closeSync } from 'node:fs'
import { inodeOf } from '../node/stat.ts'
import type { ListenTarget } from './listen-target.ts'
import { keyOf, meansTheSame } from './key.ts'
import { forgetSecondPath } from './second-path.ts'
import { removeUnixPath } from './unix-path.ts'

/** A listening socket that came with the process's start. */
export interface InheritedListener {
  readonly fd: number
  /** What the predecessor's program asked for. `undefined` where that cannot be written down, as for a handle. */
  readonly asked?: ListenTarget | undefined
  readonly bound: ListenTarget
  /** For port 0: which of the calls in the same words it was, counted from 1; see `port-zero-order.ts`. */
  readonly portZeroIndex?: number | undefined
  /** Port 0 was asked for, and nobody has ever connected, so nobody will miss it. */
  readonly ephemeral?: boolean | undefined
  /**
   * More descriptors of the same socket. A program may look whether its port is free: listen, close, and then listen
   * for good. Node closes the descriptor that it listens on, and cannot duplicate one.
   */
  readonly spares?: readonly number[] | undefined
  /** For a unix path: a second name of its file, see `second-path.ts`. */
  readonly secondPath?: string | undefined
  /**
   * The name that a service manager gave it, which has bound it and keeps it (LISTEN_FDNAMES). With `asked` missing,
   * nobody has listened on it yet.
   */
  readonly activatedAs?: string | undefined
  /** The socket's inode. By it the successor checks that this descriptor is the socket that was meant. */
  readonly inode: number
}

/** The listeners that came with the process's start and that no `listen()` has adopted yet. */
export class InheritedListeners {
  readonly #waiting: InheritedListener[]
  /** The open descriptors of each listener. The first one is to listen on. */
  readonly #descriptors: Map<InheritedListener, number[]>
  readonly #wantedAtStart: number
  #takesTheOneLeft = false

  constructor(listeners: readonly InheritedListener[]) {
    this.#waiting = [...listeners]
    this.#descriptors = new Map(
      listeners.map((it) => [it, [it.fd, ...(it.spares ?? []).filter((fd) => inodeOf(fd) === it.inode)]]),
    )
    this.#wantedAtStart = this.wanted.length
  }

  get waiting(): readonly InheritedListener[] {
    return this.#waiting
  }

  /** Those that the program can be expected to adopt. */
  get wanted(): readonly InheritedListener[] {
    return this.#waiting.filter((listener) => listener.ephemeral !== true && !isNew(listener))
  }

  /** Those that a service manager has passed, and that nobody has listened on yet. */
  get unused(): readonly InheritedListener[] {
    return this.#waiting.filter(isNew)
  }

  /** From now on, a `listen()` on a port takes the one socket that a service manager has passed, whatever its address. */
  takeTheOneLeft(): void {
    this.#takesTheOneLeft = true
  }

  /** Whether the program was expected to adopt some, and has adopted none. */
  get noneAdopted(): boolean {
    return this.#wantedAtStart > 0 && this.wanted.length === this.#wantedAtStart
  }

  /** The descriptor to listen on. */
  descriptorOf(listener: InheritedListener): number {
    return this.#descriptors.get(listener)?.[0] ?? listener.fd
  }

  /**
   * Takes a listener back whose server was closed, and its descriptor with it. Until the commit, another `listen()` may
   * adopt it by a spare descriptor.
   */
  giveBack(listener: InheritedListener): void {
    const descriptors = this.#descriptors.get(listener)
    descriptors?.shift()
    if (descriptors !== undefined && descriptors.length > 0) this.#waiting.push(listener)
  }

  /**
   * Takes the listener that a `listen()` asks for. It prefers one that the predecessor asked for in the same words to
   * one whose bound address means the same. Calls in the same words (port 0 twice) are told apart by their order.
   */
  adopt(
    asked: ListenTarget,
    { host, portZeroIndex }: { host?: string; portZeroIndex?: number | undefined } = {},
  ): InheritedListener | undefined {
    if (asked.kind === 'named' || asked.kind === 'fd') return this.#take(this.#passedAs(asked))
    const key = keyOf(asked)
    const sameWords = this.#waiting.find(
      (listener) =>
        listener.asked !== undefined &&
        keyOf(listener.asked) === key &&
        isPortZeroIndex(portZeroIndex, listener.portZeroIndex),
    )
    const resolved = host ?? (asked.kind === 'tcp' ? asked.host : '')
    return this.#take(
      sameWords ??
        this.#waiting.find((listener) => meansTheSame(asked, hostMeant(resolved), listener.bound)) ??
        (this.#takesTheOneLeft && asked.kind === 'tcp' && asked.port !== 0 ? this.#theOneLeft : undefined),
    )
  }

  /** The inherited listener that may keep a new one from binding: it has the same port, on another address. */
  inTheWayOf(asked: ListenTarget): InheritedListener | undefined {
    return this.#waiting.find(
      ({ bound }) => asked.kind === 'tcp' && bound.kind === 'tcp' && asked.port !== 0 && asked.port === bound.port,
    )
  }

  /**
   * Closes the listeners that the new code no longer wants. Only at the commit: until then the restart may be rolled
   * back.
   */
  drop(ownsPaths = true): readonly InheritedListener[] {
    // What nobody has listened on may be used in another way, by its descriptor.
    const unused = this.unused
    const dropped = this.#waiting.splice(0).filter((listener) => !unused.includes(listener))
    this.#waiting.push(...unused)
    for (const [listener, descriptors] of this.#descriptors) {
      const unwanted = dropped.includes(listener)
      // Nobody would accept from an open one, so its clients would wait for ever.
      for (const fd of unwanted ? descriptors : descriptors.slice(1)) closeSync(fd)
      const { bound, activatedAs } = listener
      if (!unwanted || !ownsPaths || activatedAs !== undefined || bound.kind !== 'unix') continue
      // In this order: a predecessor that exits at this moment restores its path from the second one.
      if (listener.secondPath !== undefined) forgetSecondPath(listener.secondPath)
      removeUnixPath(bound.path)
    }
    this.#descriptors.clear()
    return dropped
  }

  /** That of a service manager which has this name or descriptor, or was asked for in these words before. */
  #passedAs(asked: ListenTarget & { kind: 'named' | 'fd' }): InheritedListener | undefined {
    const key = keyOf(asked)
    const sameWords = this.#waiting.find((listener) => listener.asked !== undefined && keyOf(listener.asked) === key)
    if (sameWords !== undefined) return sameWords
    if (asked.kind === 'fd') return this.unused.find(({ fd }) => fd === asked.fd)
    // Without a name of its own, a socket has that of its unit.
    const names = new Set([asked.name, `${asked.name}.socket`])
    return asked.name === ''
      ? this.#theOneLeft
      : this.#waiting.find(({ activatedAs }) => activatedAs !== undefined && names.has(activatedAs))
  }

  get #theOneLeft(): InheritedListener | undefined {
    const [one, ...others] = this.#waiting.filter(({ activatedAs }) => activatedAs !== undefined)
    return others.length === 0 ? one : undefined
  }

  #take(listener: InheritedListener | undefined): InheritedListener | undefined {
    if (listener !== undefined) this.#waiting.splice(this.#waiting.indexOf(listener), 1)
    return listener
  }
}

const isNew = ({ activatedAs, asked }: InheritedListener): boolean => activatedAs !== undefined && asked === undefined

/** An older predecessor passes no index. Then the order of the listeners decides. */
const isPortZeroIndex = (portZeroIndex: number | undefined, its: number | undefined): boolean =>
  portZeroIndex === undefined || its === undefined || portZeroIndex === its

/** Node listens on `::` where no host is given (https://nodejs.org/api/net.html#serverlistenport-host-backlog-callback). */
const hostMeant = (host: string): string => host || '::'
