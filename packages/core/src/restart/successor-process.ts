import type { ChildProcess } from 'node:child_process'
import { ProcessIdentity } from '../process/identity.ts'
import { within } from '../node/within.ts'

/** How long a process may take to end after SIGKILL. One that waits for a dead disk never does. ms */
const KILLED_TRAILS = 5000

export interface Ending {
  readonly signal: NodeJS.Signals | null
  /** In words. */
  readonly how: string
}

/** What a predecessor can know of its successor's process, and do with it. */
export interface SuccessorLife {
  /** The pid of the server. */
  readonly pid: number
  /** Resolves when it runs; never, if it could not be started. */
  readonly launched: Promise<void>
  /** Resolves with how the child ended, or with the error if it never ran. By then it is reaped. */
  readonly ended: Promise<Ending | Error>
  /** Whether the server has said which process it is. From then on it handles signals. */
  readonly identified: boolean
  /** Whether the server lives although the child, which was not the server, has ended. */
  readonly livesBehind: boolean
  /** Called when the server has said which process it is. */
  identify(pid: number): void
  /** Sends TERM, and KILL after `grace` ms. Resolves when child and server have ended. */
  terminate(grace: number): Promise<void>
  /**
   * Sends TERM, once.
   * @returns whether this was the first time
   */
  stop(): boolean
  kill(): void
  /** Lets it no longer keep this process alive. */
  unref(): void
}

/** Ends a process: TERM, then KILL after `grace` ms. @param over resolves when it has ended */
export async function endWithin(
  grace: number,
  life: Pick<SuccessorLife, 'stop' | 'kill'>,
  over: Promise<unknown>,
): Promise<void> {
  life.stop()
  if (await within(grace, over)) return
  life.kill()
  await within(KILLED_TRAILS, over)
}

/**
 * The process of a successor: the child that was started and, where `launch.execPath` is a script that waits for what
 * it runs, the server behind that child.
 */
export class SuccessorProcess implements SuccessorLife {
  readonly ended: Promise<Ending | Error>
  readonly launched: Promise<void>
  readonly #child: ChildProcess
  readonly #started: ProcessIdentity | undefined
  /** The server, if that is not the child itself. */
  #behind: ProcessIdentity | undefined
  #identified = false
  #lastSignal: NodeJS.Signals | undefined

  /** @param notStarted makes the error to report if the system could not start the child */
  constructor(child: ChildProcess, notStarted: (error: Error) => Error) {
    this.#child = child
    this.launched = child.pid === undefined ? new Promise(() => {}) : Promise.resolve()
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

  /** Does not wait for the channel: a background process of a script may hold it open for as long as it likes. */
  async terminate(grace: number): Promise<void> {
    if (this.#child.pid === undefined) return
    this.#child.ref()
    const over = this.#over()
    await endWithin(grace, this, over)
  }

  /** Only once: some applications take a second one for impatience. */
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

  /**
   * Finds the process with the pid that the server has named. One older than the child is not it: that pid comes from
   * another PID namespace.
   */
  #find(pid: number): ProcessIdentity | undefined {
    const server = new ProcessIdentity(pid)
    return this.#started === undefined || server.isOlderThan(this.#started) ? undefined : server
  }

  #signal(signal: NodeJS.Signals): void {
    this.#lastSignal = signal
    this.#child.kill(signal) // If it was reaped, Node knows, and sends nothing.
    this.#behind?.kill(signal)
  }
}
