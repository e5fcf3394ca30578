import type { AnyPort, InheritedListener } from '@zerodown/core/supervision'
import { identify, keyOf, removeUnixPath } from '@zerodown/core/supervision'

/** What comes when a handle is sent. */
interface Handle {
  readonly fd: number
  close(): void
}

/** A listening socket that nobody accepts on here: what comes waits in the kernel for a worker. */
class HeldSocket {
  readonly listener: InheritedListener
  readonly #handle: Handle
  /** Which file a unix path is, so that no other one is removed at the end. */
  readonly #file: string | undefined
  /** How many slots hold it. */
  #holders = 0
  #open = true

  constructor(listener: InheritedListener, handle: Handle) {
    this.listener = { ...listener, fd: handle.fd }
    this.#handle = handle
    const { bound, activatedAs } = listener
    this.#file = bound.kind === 'unix' && activatedAs === undefined ? identify(bound.path) : undefined
  }

  hold(): void {
    this.#holders += 1
  }

  /** With the last holder it is closed, and its path removed. */
  letGo(): void {
    this.#holders -= 1
    if (this.#holders > 0) return
    const { bound } = this.listener
    if (bound.kind === 'unix' && this.#file !== undefined) removeUnixPath(bound.path, this.#file)
    this.close()
  }

  /** From now on it listens only as long as a worker does. */
  close(): void {
    if (this.#open) this.#handle.close()
    this.#open = false
  }
}

/** The listening sockets of one slot, by their inodes. */
export class HeldSockets {
  readonly #held = new Map<number, HeldSocket>()
  #over = false

  /** What a service manager has passed to this process, which keeps it: it is there until this process ends. */
  keep(passed: readonly InheritedListener[]): void {
    for (const listener of passed) this.#hold(new HeldSocket(listener, { fd: listener.fd, close() {} }))
  }

  /** A worker has bound it. */
  add(listener: InheritedListener, handle: unknown): void {
    if (!isHandle(handle)) return
    if (this.#held.has(listener.inode)) handle.close()
    else this.#hold(new HeldSocket(listener, handle))
  }

  /**
   * Holds what another slot does as well: both accept on the same sockets.
   * @param ports whether on those of ports, too
   */
  share(other: HeldSockets, ports: boolean): void {
    for (const socket of other.#held.values()) if (ports || socket.listener.bound.kind !== 'tcp') this.#hold(socket)
  }

  /** What became of those that asked for any port. */
  get anyPorts(): AnyPort[] {
    return this.listeners.flatMap(({ asked, bound, portZeroIndex: index }) =>
      asked?.kind === 'tcp' && asked.port === 0 && bound.kind === 'tcp'
        ? [{ key: keyOf(asked), index, port: bound.port }]
        : [],
    )
  }

  /** A worker does without it. What a service manager has passed stays for one that will not. */
  remove(inode: number): void {
    const socket = this.#held.get(inode)
    if (socket?.listener.activatedAs !== undefined) return
    socket?.letGo()
    this.#held.delete(inode)
  }

  /**
   * Nobody follows the workers that there are. While this process held a socket that they have closed, clients would wait
   * in the kernel's queue, to be cut at the end.
   */
  closeAll(): void {
    this.#over = true
    for (const socket of this.#held.values()) socket.close()
  }

  removeAll(): void {
    for (const inode of this.#held.keys()) this.remove(inode)
  }

  /** What a process of this slot inherits. */
  get listeners(): InheritedListener[] {
    return [...this.#held.values()].map(({ listener }) => listener)
  }

  /** The descriptor of a socket in this process. */
  descriptorOf(inode: number): number | undefined {
    return this.#held.get(inode)?.listener.fd
  }

  #hold(socket: HeldSocket): void {
    const { inode } = socket.listener
    if (this.#held.has(inode)) return
    this.#held.set(inode, socket)
    socket.hold()
    if (this.#over) socket.close()
  }
}

const isHandle = (value: unknown): value is Handle =>
  typeof value === 'object' && value !== null && typeof (value as Handle).fd === 'number' && 'close' in value
