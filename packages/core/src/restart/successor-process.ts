import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as wait } from 'node:timers/promises'
import type { Launch } from './launch.ts'
import { launchFailed, startProcess } from './launch.ts'

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
  #serverPid: number | undefined
  #lastSignal: NodeJS.Signals | undefined

  /** @throws {ZerodownError} `ERR_ZERODOWN_LAUNCH` */
  constructor(launch: Launch) {
    const child = startProcess(launch)
    this.child = child
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
    return this.#serverPid ?? this.child.pid ?? 0
  }

  /** Whether the server has said who it is: from then on it hears signals. */
  get identified(): boolean {
    return this.#serverPid !== undefined
  }

  /** The server has said who it is. */
  identify(pid: number): void {
    this.#serverPid = pid
    // Given up before it could say so: a server behind a script, which has ended already.
    if (this.#lastSignal !== undefined) this.#signal(this.#lastSignal)
  }

  /** TERM, then KILL after `grace` ms. Resolves when all of it has ended. */
  async end(grace: number): Promise<void> {
    if (this.child.pid === undefined) return
    this.child.ref()
    const over = this.#over()
    this.stop()
    const patience = new AbortController()
    const late = wait(grace, true, { signal: patience.signal }).catch(() => false)
    if (await Promise.race([over, late])) this.#signal('SIGKILL')
    patience.abort()
    await over
  }

  /** TERM, once: to some applications a second one means impatience. */
  stop(): void {
    if (this.#lastSignal === undefined) this.#signal('SIGTERM')
  }

  kill(): void {
    this.#signal('SIGKILL')
  }

  async #over(): Promise<false> {
    await this.ended
    // The other end of the channel is the server's, so it ends with the server.
    if (this.#isBehind && this.child.connected) await once(this.child, 'disconnect')
    return false
  }

  get #isBehind(): boolean {
    return this.#serverPid !== undefined && this.#serverPid !== this.child.pid
  }

  /** Neither pid can be another process's by now: the child is not reaped, and the server holds the channel. */
  #signal(signal: NodeJS.Signals): void {
    this.#lastSignal = signal
    this.child.kill(signal)
    if (this.#serverPid === undefined || !this.#isBehind || !this.child.connected) return
    try {
      process.kill(this.#serverPid, signal)
    } catch {
      // It has just ended.
    }
  }
}
