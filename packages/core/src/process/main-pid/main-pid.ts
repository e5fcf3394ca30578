import { setTimeout as wait } from 'node:timers/promises'
import { messageOf } from '../../errors.ts'
import type { Settings } from '../../options/options.ts'
import type { Logger } from '../../logger.ts'
import { PidFile } from './pid-file.ts'
import { StandIn, notifySystemd } from './systemd.ts'

/** How often the end of a restart is announced, if systemd cannot be told, and how long to wait in between. ms */
const ATTEMPTS = 10
const PAUSE = 1000

/** Announces which process is in charge: in the pid file, and to systemd. */
export class MainPid {
  readonly #pidFile: PidFile | undefined
  readonly #logger: Logger
  #told: Promise<void> = Promise.resolve()
  #inCharge: number = process.pid
  #announcements = 0

  /**
   * @param from the directory that a relative path starts from
   * @throws {ZerodownError} `ERR_ZERODOWN_PID_FILE`
   */
  constructor({ pidFile, logger }: Pick<Settings, 'pidFile' | 'logger'>, from: string) {
    this.#pidFile = pidFile === undefined ? undefined : new PidFile(pidFile, from)
    this.#logger = logger
  }

  /**
   * Announces this process, where no predecessor has done so. A pid file that cannot be written is logged: it is no
   * reason not to serve.
   * @param status here and below: what systemd is to show, in one line
   */
  async announceSelf(status: string): Promise<void> {
    try {
      this.#pidFile?.write(process.pid)
    } catch (error) {
      this.#logger.error(messageOf(error))
    }
    await this.#tell('READY=1', `MAINPID=${process.pid}`, `STATUS=${status}`)
  }

  /**
   * Announces the process `pid`, which is about to be in charge, and that the restart is over.
   * @throws {ZerodownError} `ERR_ZERODOWN_PID_FILE`
   */
  async announce(pid: number, status: string): Promise<void> {
    this.#inCharge = pid
    this.#pidFile?.write(pid)
    await this.#tell('READY=1', `MAINPID=${pid}`, `STATUS=${status}`)
  }

  /**
   * Announces that a restart begins: with `Type=notify-reload`, `systemctl reload` waits for its end. See
   * systemd.service(5) and sd_notify(3).
   */
  async announceReload(status: string): Promise<void> {
    await this.#tell('RELOADING=1', `MONOTONIC_USEC=${process.hrtime.bigint() / 1000n}`, `STATUS=${status}`)
  }

  /**
   * Announces that it is over, with this process in charge. It is tried again and again, unless something else is to be
   * announced: systemd would wait for it, and meanwhile begin no other reload. What keeps a successor from being started
   * keeps systemd-notify from it as well.
   */
  async announceReloaded(status: string): Promise<void> {
    const announce = async (isLast: () => boolean): Promise<Error | undefined> => {
      for (let left = ATTEMPTS; ; left -= 1) {
        const problem = await notifySystemd('READY=1', `STATUS=${status}`)
        if (problem === undefined || left === 1 || !isLast()) return problem
        await wait(PAUSE, undefined, { ref: false })
      }
    }
    await this.#inTurn(announce, 'READY=1')
  }

  /** Announces the end of the service. Not that of a generation: systemd takes it as final. */
  async announceStop(status: string): Promise<void> {
    // The signal that stops the whole unit may end systemd-notify as well, which is nothing to warn of.
    await notifySystemd('STOPPING=1', `STATUS=${status}`)
  }

  /** Removes the pid file, if it names this process, or `successor`, which may have been announced already. */
  remove(successor?: number): void {
    this.#pidFile?.remove(process.pid)
    if (successor !== undefined) this.#pidFile?.remove(successor)
  }

  /** Makes systemd see that this process is its child by now. The predecessor announced it when it was not. */
  async confirmToSystemd(
    predecessor: { readonly pid: number; readonly gone: Promise<void> },
    signals: readonly NodeJS.Signals[],
  ): Promise<void> {
    const standIn = StandIn.start(signals)
    if (standIn === undefined) return
    await predecessor.gone
    const become = async (): Promise<Error | undefined> =>
      this.#inCharge === process.pid ? standIn.becomeChildOfSystemd(predecessor.pid) : standIn.dismiss()
    await this.#inTurn(become, `MAINPID=${process.pid}`)
  }

  async #tell(...variables: string[]): Promise<void> {
    await this.#inTurn(() => notifySystemd(...variables), variables.join(' '))
  }

  /** Makes one announcement after the other, so that the last one made is the last one heard. */
  #inTurn(announce: (isLast: () => boolean) => Promise<Error | undefined>, what: string): Promise<void> {
    this.#announcements += 1
    const number = this.#announcements
    const isLast = (): boolean => this.#announcements === number
    this.#told = this.#told
      .then(() => announce(isLast))
      .then((problem) => {
        if (problem !== undefined) this.#logger.warn(`could not tell systemd ${what}: ${messageOf(problem)}`)
      })
    return this.#told
  }
}
