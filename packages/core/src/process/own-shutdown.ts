import { setTimeout } from 'node:timers'
import type { Settings } from '../options/options.ts'
import { LEAST_TIME } from './shutdown-hooks.ts'
import type { Logger } from '../logger.ts'

/**
 * The application's own shutdown. Many close their servers and their database when they hear SIGTERM, and then call
 * `process.exit()` or wait for the event loop to run empty. Nobody can see how far they are, so a process in which
 * something else has heard a signal that ends it is left to end by itself: nothing of ours keeps it alive by then. One
 * that has other work, as an interval or an open database, is ended when the time is up.
 */
export class OwnShutdown {
  readonly #signals: Settings['signals']
  #heard: NodeJS.Signals | undefined
  #waiting = false

  constructor(signals: Settings['signals']) {
    this.#signals = signals
  }

  /**
   * A signal that ends this process has come, to our listener first. If nobody else listens, nobody else is busy: Nest
   * takes its own listeners away when it has closed everything, and sends the signal again.
   */
  hear(signal: NodeJS.Signals): void {
    this.#heard = this.#othersListen(signal) ? signal : undefined
    if (this.#waiting && this.#heard === undefined) process.exit()
  }

  /** The application has left its end to us, by `zerodown.shutdown()`. */
  dismiss(): void {
    this.#heard = undefined
    if (this.#waiting) process.exit()
  }

  /** In a process that leaves after a restart no signal has come: its own listeners hear one all the same. */
  raise(): void {
    for (const signal of this.#signals.leave) {
      if (!this.#othersListen(signal)) continue
      this.#heard ??= signal
      process.emit(signal, signal)
    }
  }

  /** Ends the process, or lets it end within what is left of its time. ms */
  exit(timeLeft: number, logger: Logger): void {
    if (this.#heard === undefined) process.exit(0)
    const signal = this.#heard
    const timeout = Math.max(timeLeft, LEAST_TIME)
    this.#waiting = true
    // Else Node calls an entry module that still waits for something an error.
    process.exitCode ??= 0
    logger.info(`this process listens to ${signal} by itself, too, and has ${Math.round(timeout)} ms to end.`)
    setTimeout(() => {
      logger.warn(`it has not ended within ${Math.round(timeout)} ms of its own listeners to ${signal}: exiting.`)
      process.exit()
    }, timeout).unref()
  }

  #othersListen(signal: NodeJS.Signals): boolean {
    return process.listenerCount(signal) > (this.#signals.shutdown.includes(signal) ? 1 : 0)
  }
}
