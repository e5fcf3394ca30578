import { setTimeout as wait } from 'node:timers/promises'
import { procStat } from './proc-stat.ts'

/** How often to look whether a process has ended that is not our child. Node has no event for that. ms */
const SOON = 10
const LATER = 100
/** How many times to look at short intervals: the caller has reason to expect the end. */
const SOON_TIMES = 100

/** One process, told apart from a later one with the same pid. */
export class ProcessIdentity {
  readonly pid: number
  readonly #started: string | undefined

  /** @param pid of a process that lives now */
  constructor(pid: number) {
    this.pid = pid
    this.#started = procStat(pid)?.started
  }

  /** Whether it runs. A zombie does not: it has ended, and its parent has not asked for its exit code yet. */
  get alive(): boolean {
    const now = procStat(this.pid)
    // This is not Linux, or /proc hides the processes of other users (hidepid): ask kill(2).
    if (now === undefined) return this.#started === undefined && exists(this.pid)
    return now.started === this.#started && !/[ZX]/.test(now.state)
  }

  /** Whether it was there before `other`, so that `other` cannot have started it. */
  isOlderThan(other: ProcessIdentity): boolean {
    return Number(this.#started) < Number(other.#started)
  }

  /**
   * Resolves when it has ended. Does not keep this process alive.
   * @param pace how often to look, where its end is not expected. ms
   */
  async ended(pace?: number): Promise<void> {
    for (let times = 0; this.alive; times += 1) {
      await wait(pace ?? (times < SOON_TIMES ? SOON : LATER), undefined, { ref: false })
    }
  }

  /** Sends a signal, unless it has ended: its pid may be another process's by now. */
  kill(signal: NodeJS.Signals): void {
    if (!this.alive) return
    try {
      process.kill(this.pid, signal)
    } catch {
      // It has just ended.
    }
  }
}

function exists(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
