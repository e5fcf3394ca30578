import { chmodSync } from 'node:fs'
import type { Server } from 'node:http'
import { createServer } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import { messageOf } from '../errors.ts'
import { fits, identify, isVacant, putInPlace, removeUnixPath, temporaryPath } from '../listeners/unix-path.ts'
import { markOwn } from '../node/own-servers.ts'
import type { Controlled } from './controlled.ts'
import { answer } from './routes.ts'

/** Who may signal a process may also connect here: its own user, and root. */
const MODE = 0o600

/** No more clients than that at a time: descriptors are for the service. */
const CLIENTS = 64

/** How long a client may take to say what it wants. ms */
const PATIENCE = 10_000

/** How long a successor may take to put itself in place, and how often to look. ms */
const [GAP, PACE] = [1000, 5]

/**
 * The control socket: HTTP over a unix socket. Each process has a server of its own, and the path is that of the process
 * in charge: it is replaced in one step, as the pid file is. So a client finds somebody there at any time, and one that
 * watches a restart is answered by the old process until that leaves.
 */
export class ControlServer {
  readonly path: string
  readonly #server: Server
  readonly #say: (message: string) => void
  #file: string | undefined

  /** @param say what is logged where it cannot listen: the service does without it if it must */
  constructor(path: string, controlled: Controlled, say: (message: string) => void) {
    this.path = path
    this.#say = say
    this.#server = markOwn(createServer((request, response) => answer(request, response, controlled)))
    this.#server.maxConnections = CLIENTS
    this.#server.headersTimeout = PATIENCE
    this.#server.requestTimeout = PATIENCE
    // What keeps this process alive is the service.
    this.#server.unref()
    this.#server.on('connection', (socket) => socket.unref())
  }

  /**
   * Puts itself in place of whatever listens there: the predecessor, or what a process that was killed has left behind.
   */
  open(): void {
    try {
      if (!fits(this.path)) throw new Error('the path is too long for a unix socket')
      const temporary = temporaryPath(this.path)
      this.#listen(temporary)
      if (isVacant(temporary)) return // The 'error' comes, and says why.
      chmodSync(temporary, MODE)
      putInPlace(temporary, this.path)
      this.#file = identify(this.path)
    } catch (error) {
      this.#cannot(error)
    }
  }

  /** Takes the path away, unless it is another process's by now. What was asked is still answered. */
  remove(): void {
    if (this.#file !== undefined) removeUnixPath(this.path, this.#file)
    this.#file = undefined
  }

  close(): void {
    this.remove()
    this.#server.close()
  }

  /**
   * Waits until the successor, which is in charge, has put itself in place of this: whoever comes meanwhile is answered.
   * It does so as soon as it hears of the commit, and may be slower than a process that has nothing to drain.
   */
  async handOver(): Promise<void> {
    const file = this.#file
    this.#file = undefined // The path is the successor's.
    const late = performance.now() + GAP
    const isOwn = (): boolean => file !== undefined && file === identify(this.path)
    while (isOwn() && performance.now() < late) await wait(PACE)
  }

  /** Node has bound the path when `listen()` returns, or emits 'error' later. */
  #listen(path: string): void {
    this.#server.on('error', (error) => this.#cannot(error))
    // Nobody else can connect even before the mode is set.
    const umask = process.umask(0o777 & ~MODE)
    try {
      // In a worker of a cluster, the primary would listen.
      this.#server.listen({ path, exclusive: true })
    } finally {
      process.umask(umask)
    }
  }

  #cannot(error: unknown): void {
    this.#server.close()
    this.#say(
      `control: cannot listen on ${this.path} (${messageOf(error)}). The service runs; commands such as zerodown status ` +
        'do not reach it. Signals do.',
    )
  }
}
