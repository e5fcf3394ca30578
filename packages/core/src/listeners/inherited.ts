import { closeSync } from 'node:fs'
import { inodeOf } from '../node/stat.ts'
import type { ListenTarget } from './listen-target.ts'
import { keyOf, meansTheSame } from './key.ts'
import { forgetSecondPath } from './second-path.ts'
import { removeUnixPath } from './unix-path.ts'

/** A listening socket that came with the process's start. */
export interface InheritedListener {
  readonly fd: number
  /** What the predecessor's program asked for, `undefined` where that cannot be said again. */
  readonly asked?: ListenTarget | undefined
  readonly bound: ListenTarget
  /** Which of the calls for any port (port 0) of these words it was, from 1; see `port-zero-order.ts`. */
  readonly portZeroIndex?: number | undefined
  /** Any port was asked for, and nobody has ever connected to the one it got: nobody waits for it. */
  readonly ephemeral?: boolean | undefined
  /**
   * More descriptors of the same socket. Node has no way to make one, and closes the one that it listens on: a program
   * that looks whether its port is free listens there and closes again, before it listens for good.
   */
  readonly spares?: readonly number[] | undefined
  /** Of a unix path: another name of its file, see `second-path.ts`. */
  readonly secondPath?: string | undefined
  /** The socket's inode, by which the successor knows that this number is the socket that was meant. */
  readonly inode: number
}

/** The listeners that came with the process's start and that no `listen()` has adopted yet. */
export class InheritedListeners {
  readonly #waiting: InheritedListener[]
  /** The open descriptors of each, of which the first is the one to listen on. */
  readonly #descriptors: Map<InheritedListener, number[]>
  readonly #wantedAtBirth: number

  constructor(listeners: readonly InheritedListener[]) {
    this.#waiting = [...listeners]
    this.#descriptors = new Map(
      listeners.map((it) => [it, [it.fd, ...(it.spares ?? []).filter((fd) => inodeOf(fd) === it.inode)]]),
    )
    this.#wantedAtBirth = this.wanted.length
  }

  get waiting(): readonly InheritedListener[] {
    return this.#waiting
  }

  /** Those that the program can be expected to adopt. */
  get wanted(): readonly InheritedListener[] {
    return this.#waiting.filter(({ ephemeral }) => ephemeral !== true)
  }

  /** Whether there were some to be expected, and none of them is adopted. */
  get noneAdopted(): boolean {
    return this.#wantedAtBirth > 0 && this.wanted.length === this.#wantedAtBirth
  }

  /** The descriptor to listen on. */
  descriptorOf(listener: InheritedListener): number {
    return this.#descriptors.get(listener)?.[0] ?? listener.fd
  }

  /** Whoever had adopted it has closed it, and its descriptor with it. Until the commit it waits for the next one. */
  giveBack(listener: InheritedListener): void {
    const descriptors = this.#descriptors.get(listener)
    descriptors?.shift()
    if (descriptors !== undefined && descriptors.length > 0) this.#waiting.push(listener)
  }

  /**
   * Takes the listener that a `listen()` asks for: the one that was asked for in the same words, else the one whose
   * bound address means the same. Two of the same words (port 0 twice) are told apart by their turns.
   */
  adopt(
    asked: ListenTarget,
    { host, portZeroIndex }: { host?: string; portZeroIndex?: number | undefined } = {},
  ): InheritedListener | undefined {
    const key = keyOf(asked)
    const sameWords = this.#waiting.find(
      (listener) =>
        listener.asked !== undefined &&
        keyOf(listener.asked) === key &&
        isPortZeroIndex(portZeroIndex, listener.portZeroIndex),
    )
    const resolved = host ?? (asked.kind === 'tcp' ? asked.host : '')
    return this.#take(
      sameWords ?? this.#waiting.find((listener) => meansTheSame(asked, hostMeant(resolved), listener.bound)),
    )
  }

  /** The listener that stands in the way of binding anew: same port, another meaning. */
  inTheWayOf(asked: ListenTarget): InheritedListener | undefined {
    return this.#waiting.find(
      ({ bound }) => asked.kind === 'tcp' && bound.kind === 'tcp' && asked.port !== 0 && asked.port === bound.port,
    )
  }

  /** Gives up what the new code no longer wants. Only at commit: until then the predecessor may need it back. */
  drop(): readonly InheritedListener[] {
    const dropped = this.#waiting.splice(0)
    for (const [listener, descriptors] of this.#descriptors) {
      const unwanted = dropped.includes(listener)
      // A client that one nobody listens on would accept would wait for ever.
      for (const fd of unwanted ? descriptors : descriptors.slice(1)) closeSync(fd)
      if (!unwanted || listener.bound.kind !== 'unix') continue
      // In this order: a predecessor that exits just now puts its path back from the second one.
      if (listener.secondPath !== undefined) forgetSecondPath(listener.secondPath)
      removeUnixPath(listener.bound.path)
    }
    this.#descriptors.clear()
    return dropped
  }

  #take(listener: InheritedListener | undefined): InheritedListener | undefined {
    if (listener !== undefined) this.#waiting.splice(this.#waiting.indexOf(listener), 1)
    return listener
  }
}

/** A predecessor that knew of no turns has them in their order. */
const isPortZeroIndex = (portZeroIndex: number | undefined, its: number | undefined): boolean =>
  portZeroIndex === undefined || its === undefined || portZeroIndex === its

/** Node listens on `::` where no host is given (https://nodejs.org/api/net.html#serverlistenport-host-backlog-callback). */
const hostMeant = (host: string): string => host || '::'
