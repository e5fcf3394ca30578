import { clearInterval, setInterval } from 'node:timers'
import { messageOf } from '../../errors.ts'
import type { Logger } from '../../logger.ts'
import { notifySystemd } from './systemd.ts'

/**
 * How often in the time in which systemd wants to hear of it. Twice would do; a process has to be started each time, so
 * that there is time for one that comes late.
 */
const TIMES = 3

/**
 * Tells systemd again and again that this process does not hang, where the unit asks for it (`WatchdogSec=`): of a
 * service it hears nothing of, systemd ends all processes. See sd_watchdog_enabled(3).
 */
export class Watchdog {
  /** ms; `undefined`: systemd does not want to know. */
  readonly #pace: number | undefined
  readonly #logger: Logger
  #timer: NodeJS.Timeout | undefined
  #warned = false

  /**
   * WATCHDOG_PID is not looked at: it names what systemd has started, such as npm, and the process in charge is another
   * one by then (MAINPID).
   * @param env as it was when the process was started
   */
  constructor({ WATCHDOG_USEC = '' }: Readonly<Record<string, string | undefined>>, logger: Logger) {
    this.#pace = /^[1-9]\d*$/.test(WATCHDOG_USEC) ? Number(WATCHDOG_USEC) / 1000 / TIMES : undefined
    this.#logger = logger
  }

  /** This process is in charge: says so at once, and from now on. */
  start(): void {
    if (this.#pace === undefined || this.#timer !== undefined) return
    void this.#ping()
    this.#timer = setInterval(() => void this.#ping(), this.#pace).unref()
  }

  /** Another process is, or the service ends. */
  stop(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  async #ping(): Promise<void> {
    const problem = await notifySystemd('WATCHDOG=1')
    if (problem === undefined || this.#warned) return
    this.#warned = true
    this.#logger.warn(`could not tell systemd WATCHDOG=1: ${messageOf(problem)}`)
  }
}
