import type { InheritedListener, StartCommand } from '@zerodown/core/supervision'
import {
  MainPid,
  Watchdog,
  activatedListeners,
  draining,
  isFailure,
  rolledBack,
  serving,
} from '@zerodown/core/supervision'
import type { RollEvents, RollOutcome } from './rolls.ts'
import type { RunSettings } from './settings.ts'

/**
 * Variables that are for the process that was started, and none of its workers': systemd's, and where that process is
 * found. What a worker starts would take its place.
 */
const OWN = new Set(['NOTIFY_SOCKET', 'WATCHDOG_USEC', 'WATCHDOG_PID', 'ZERODOWN_PID_FILE', 'ZERODOWN_CONTROL'])

/** The variables that workers inherit. */
export const passedOn = (env: StartCommand['env']): Record<string, string> =>
  Object.fromEntries(Object.entries(env).filter(([name]) => !OWN.has(name)))

/** Who started the supervisor: it is told how things are, by the pid file and, where it is systemd, by more. */
export class ServiceManager implements RollEvents {
  /** The sockets that it has passed. */
  readonly listeners: readonly InheritedListener[]
  readonly #mainPid: MainPid
  readonly #watchdog: Watchdog
  readonly #workers: string

  /** @throws {ZerodownError} `ERR_ZERODOWN_PID_FILE` */
  constructor({ pidFile, logger, workers }: RunSettings, { env, cwd }: StartCommand) {
    this.listeners = activatedListeners(env)
    this.#mainPid = new MainPid({ pidFile, logger }, cwd)
    this.#watchdog = new Watchdog(env, logger)
    this.#workers = workers === 1 ? '1 worker' : `${workers} workers`
  }

  /** All workers serve. */
  async announceUp(): Promise<void> {
    this.#watchdog.start()
    await this.#mainPid.announceSelf(serving(this.#workers))
  }

  announceStop(): void {
    this.#watchdog.stop()
    void this.#mainPid.announceStop(draining(this.#workers))
  }

  began(): void {
    void this.#mainPid.announceReload(`${this.#workers}, restarting one after the other`)
  }

  over(outcome: RollOutcome): void {
    const failed = isFailure(outcome)
    void this.#mainPid.announceReloaded(failed ? rolledBack(this.#workers, outcome.message) : serving(this.#workers))
  }

  /** Removes the pid file. */
  remove(): void {
    this.#mainPid.remove()
  }
}
