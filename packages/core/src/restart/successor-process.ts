import type { ChildProcess } from 'node:child_process'
import { ProcessIdentity } from '../process/identity.ts'
import { within } from '../node/within.ts'

/** How long a process may take to be gone after SIGKILL: one that waits for a dead disk takes for ever. ms */
const KILLED_TRAILS = 5000

export interface Ending {
  readonly signal: NodeJS.Signals | null
  /** In words. */
  readonly how: string
}

/** What a predecessor knows of its successor's process, and does to it. */
export interface SuccessorLife {
  /** That of the server. */
  readonly pid: number
  /** Whether the system could start it. */
  readonly started: boolean
  /** Resolves with how the child ended, or with the error if it never ran. It is reaped by then. */
  readonly ended: Promise<Ending | Error>
  /** Whether the server has said who it is: from then on it hears signals. */
  readonly identified: boolean
  /** Whether the child that has ended was not the server, and the server lives. */
  readonly livesBehind: boolean
  /** The server has said who it is. */
  identify(pid: number): void
  /** TERM, then KILL after `grace` ms. Resolves when all of it has ended. */
  terminate(grace: number): Promise<void>
  /** TERM, once. @returns whether this was the first */
  stop(): boolean
  kill(): void
  /** It no longer keeps this process alive. */
  unref(): void
}

/**
 * The process of a successor: the child that was started and, where `launch.execPath` is a script that waits for what
 * it runs, the server behind that child.
 */
export class SuccessorProcess implements SuccessorLife {
  readonly ended: Promise<Ending | Error>
  readonly #child: ChildProcess
  readonly #started: ProcessIdentity | undefined
  /** Where it is not the child itself. */
  #behind: ProcessIdentity | undefined
  #identified = false
  #lastSignal: NodeJS.Signals | undefined

  /** @param notStarted what to say of the error with which the system could not start it */
  constructor(child: ChildProcess, notStarted: (error: Error) => Error) {
    this.#child = child
    this.#started = child.pid === undefined ? undefined : new ProcessIdentity(child.pid)
    this.ended = new Promise((resolve) => {
      child.once('exit', (code, signal) =>
        resolve({ signal, how: signal === null ? `exited with code ${code}` : `was ended by ${signal}` }),
      )
      child.on('error', (error) => {
        // Later errors are signals and messages that did not arrive: the exit tells.
        if (child.pid === undefined) resolve(notStarted(error))
      })
    })
  }

  get pid(): number {
    return this.#behind?.pid ?? this.#child.pid ?? 0
  }

  get started(): boolean {
    return this.#child.pid !== undefined
  }

  get identified(): boolean {
    return this.#identified
  }

  get livesBehind(): boolean {
    return this.#behind?.alive ?? false
  }

  identify(pid: number): void {
    if (!this.#identified && pid !== this.#child.pid) this.#behind = this.#find(pid)
    this.#identified = true
    if (this.#lastSignal === 'SIGKILL') this.#behind?.kill('SIGKILL')
  }

  /** What else a script has started in the background may hold the channel for as long as it likes: that does not tell. */
  async terminate(grace: number): Promise<void> {
    if (!this.started) return
    this.#child.ref()
    const over = this.#over()
    this.stop()
    if (await within(grace, over)) return
    this.#signal('SIGKILL')
    await within(KILLED_TRAILS, over)
  }

  /** Once: to some applications a second one means impatience. */
  stop(): boolean {
    if (this.#lastSignal !== undefined) return false
    this.#signal('SIGTERM')
    return true
  }

  kill(): void {
    this.#signal('SIGKILL')
  }

  unref(): void {
    this.#child.unref()
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
    this.#child.kill(signal) // Not reaped yet, or Node knows that it was.
    this.#behind?.kill(signal)
  }
}
