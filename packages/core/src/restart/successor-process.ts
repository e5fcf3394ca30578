import type { ChildProcess } from 'node:child_process'
import { ProcessIdentity } from '../process/identity.ts'
import { within } from '../node/within.ts'
import type { Launch } from './launch.ts'
import { launchFailed, startProcess } from './launch.ts'
import type { FromPredecessor } from '../channel/messages.ts'
import { mark } from '../channel/messages.ts'

/** How long a process may take to be gone after SIGKILL: one that waits for a dead disk takes for ever. ms */
const KILLED_TRAILS = 5000

export interface Ending {
  readonly signal: NodeJS.Signals | null
  /** In words. */
  readonly how: string
}

/**
 * The process of a successor: the child that was started and, where `launch.execPath` is a script that waits for what
 * it runs, the server behind that child.
 */
export class SuccessorProcess {
  readonly child: ChildProcess
  /** Resolves with how the child ended, or with the error if it never ran. It is reaped by then. */
  readonly ended: Promise<Ending | Error>
  readonly #started: ProcessIdentity | undefined
  /** Where it is not the child itself. */
  #behind: ProcessIdentity | undefined
  #identified = false
  #lastSignal: NodeJS.Signals | undefined

  /** @throws {ZerodownError} `ERR_ZERODOWN_LAUNCH` */
  constructor(launch: Launch) {
    const child = startProcess(launch)
    this.child = child
    this.#started = child.pid === undefined ? undefined : new ProcessIdentity(child.pid)
    this.ended = new Promise((resolve) => {
      child.once('exit', (code, signal) =>
        resolve({ signal, how: signal === null ? `exited with code ${code}` : `was ended by ${signal}` }),
      )
      child.on('error', (error) => {
        // Later errors are signals and messages that did not arrive: the exit tells.
        if (child.pid === undefined) resolve(launchFailed(launch, error))
      })
    })
  }

  /** That of the server. */
  get pid(): number {
    return this.#behind?.pid ?? this.child.pid ?? 0
  }

  /** Whether the server has said who it is: from then on it hears signals. */
  get identified(): boolean {
    return this.#identified
  }

  /** Whether the child that has ended was not the server, and the server lives. */
  get livesBehind(): boolean {
    return this.#behind?.alive ?? false
  }

  /** The server has said who it is. */
  identify(pid: number): void {
    if (!this.#identified && pid !== this.child.pid) this.#behind = this.#find(pid)
    this.#identified = true
    if (this.#lastSignal === 'SIGKILL') this.#behind?.kill('SIGKILL')
  }

  /**
   * TERM, then KILL after `grace` ms. Resolves when all of it has ended. What else a script has started in the background
   * may hold the channel for as long as it likes, so the channel does not tell.
   */
  async end(grace: number): Promise<void> {
    if (this.child.pid === undefined) return
    this.child.ref()
    const over = this.#over()
    this.stop()
    if (await within(grace, over)) return
    this.#signal('SIGKILL')
    await within(KILLED_TRAILS, over)
  }

  /** TERM, once: to some applications a second one means impatience. */
  stop(): void {
    if (this.#lastSignal !== undefined) return
    this.#signal('SIGTERM')
    if (!this.#identified && this.child.connected) this.child.send(mark<FromPredecessor>({ type: 'stop' }), () => {})
  }

  kill(): void {
    this.#signal('SIGKILL')
  }

  async #over(): Promise<void> {
    await this.ended
    await this.#behind?.ended()
  }

  /** A pid of another PID namespace would name a stranger, which was here before the child. */
  #find(pid: number): ProcessIdentity | undefined {
    const server = new ProcessIdentity(pid)
    return this.#started === undefined || server.isOlderThan(this.#started) ? undefined : server
  }

  #signal(signal: NodeJS.Signals): void {
    this.#lastSignal = signal
    this.child.kill(signal) // Not reaped yet, or Node knows that it was.
    this.#behind?.kill(signal)
  }
}
