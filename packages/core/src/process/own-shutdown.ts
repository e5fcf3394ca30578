import { setTimeout } from 'node:timers'
import type { Settings } from '../options/options.ts'
import { LEAST_TIME } from './shutdown-hooks.ts'
import type { Logger } from '../logger.ts'

/**
 * Gives the application's own shutdown its time. Many applications close their servers and their database on SIGTERM,
 * and then call `process.exit()` or wait for the event loop to run empty. Nobody can see how far they are. So where
 * something else listens to the signal that ends this process, the process is left to end by itself: nothing of ours
 * keeps it alive by then. If an interval or an open database does, it is ended when the time is up.
 */
export class OwnShutdown {
  readonly #signals: Settings['signals']
  #heard: NodeJS.Signals | undefined
  #waiting = false

  constructor(signals: Settings['signals']) {
    this.#signals = signals
  }

  /**
   * Called when a signal that ends this process has come; our listener is the first. If nobody else listens, nobody
   * else is busy: Nest removes its listeners when it has closed everything, and sends the signal again.
   */
  hear(signal: NodeJS.Signals): void {
    this.#heard = this.#othersListen(signal) ? signal : undefined
    if (this.#waiting && this.#heard === undefined) process.exit()
  }

  /** Called when the application leaves the end of the process to us, by `zerodown.shutdown()`. */
  dismiss(): void {
    this.#heard = undefined
    if (this.#waiting) process.exit()
  }

  /**
   * Calls the application's own listeners to the `leave` signals: after a restart no signal comes to the process that
   * leaves.
   */
  raise(): void {
    for (const signal of this.#signals.leave) {
      if (!this.#othersListen(signal)) continue
      this.#heard ??= signal
      process.emit(signal, signal)
    }
  }

  /** Ends the process, or lets the application end it in the time that is left. ms */
  exit(timeLeft: number, logger: Logger): void {
    if (this.#heard === undefined) process.exit(0)
    const signal = this.#heard
    const timeout = Math.max(timeLeft, LEAST_TIME)
    this.#waiting = true
    // Without it, Node exits with 13 where an entry module still awaits something.
    process.exitCode ??= 0
    logger.info(`the application listens to ${signal} as well, and has ${Math.round(timeout)} ms to end this process.`)
    setTimeout(() => {
      logger.warn(`the application has not ended this process within ${Math.round(timeout)} ms of ${signal}: exiting.`)
      process.exit()
    }, timeout).unref()
  }

  #othersListen(signal: NodeJS.Signals): boolean {
    return process.listenerCount(signal) > (this.#signals.shutdown.includes(signal) ? 1 : 0)
  }
}
