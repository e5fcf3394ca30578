import { messageOf } from '../../errors.ts'
import type { Settings } from '../../options/options.ts'
import type { Logger } from '../../logger.ts'
import { PidFile } from './pid-file.ts'
import { StandIn, notifySystemd } from './systemd.ts'

/** Where the world looks up which process is in charge: the pid file, and systemd. */
export class MainPid {
  readonly #pidFile: PidFile | undefined
  readonly #logger: Logger
  #told: Promise<void> = Promise.resolve()
  #inCharge: number = process.pid

  /**
   * @param from the directory that a relative path starts from
   * @throws {ZerodownError} `ERR_ZERODOWN_PID_FILE`
   */
  constructor({ pidFile, logger }: Settings, from: string) {
    this.#pidFile = pidFile === undefined ? undefined : new PidFile(pidFile, from)
    this.#logger = logger
  }

  /** This process is in charge, and nobody was there to say so. A pid file that cannot be written stops no service. */
  async announceSelf(): Promise<void> {
    try {
      this.#pidFile?.write(process.pid)
    } catch (error) {
      this.#logger.error(messageOf(error))
    }
    await this.#tell('READY=1', `MAINPID=${process.pid}`)
  }

  /**
   * The process `pid` is about to be in charge.
   * @throws {ZerodownError} `ERR_ZERODOWN_PID_FILE`
   */
  async announce(pid: number): Promise<void> {
    this.#inCharge = pid
    this.#pidFile?.write(pid)
    await this.#tell(`MAINPID=${pid}`)
  }

  /** The end of the service, not of a generation: systemd takes it as final. */
  async announceStop(): Promise<void> {
    // The signal that stops the whole unit may end the announcement as well: nothing to warn of.
    await notifySystemd('STOPPING=1')
  }

  /** Nobody is in charge any more, `successor` included, which may have been entered already. */
  remove(successor?: number): void {
    this.#pidFile?.remove(process.pid)
    if (successor !== undefined) this.#pidFile?.remove(successor)
  }

  /** The predecessor has entered this process. Once it has gone, this is a child of systemd's, which does not know. */
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

  /** One announcement after the other: the last one said has to be the last one heard. */
  #inTurn(announce: () => Promise<Error | undefined>, what: string): Promise<void> {
    this.#told = this.#told.then(announce).then((problem) => {
      if (problem !== undefined) this.#logger.warn(`systemd was not told ${what}: ${messageOf(problem)}`)
    })
    return this.#told
  }
}
