import { messageOf } from '../errors.ts'
import type { Settings } from '../options.ts'
import type { Logger } from './logger.ts'
import { PidFile } from './pid-file.ts'
import { notifySystemd } from './systemd.ts'

/** Where the world looks up which process is in charge: the pid file, and systemd. */
export class Registration {
  readonly #pidFile: PidFile | undefined
  readonly #logger: Logger

  /**
   * @param from the directory that a relative path starts from
   * @throws {ZerodownError} `ERR_ZERODOWN_PID_FILE`
   */
  constructor({ pidFile, logger }: Settings, from: string) {
    this.#pidFile = pidFile === undefined ? undefined : new PidFile(pidFile, from)
    this.#logger = logger
  }

  /** This process is in charge, and nobody was there to say so. A pid file that cannot be written stops no service. */
  async enterSelf(): Promise<void> {
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
  async enter(pid: number): Promise<void> {
    this.#pidFile?.write(pid)
    await this.#tell(`MAINPID=${pid}`)
  }

  /** The end of the service, not of a generation: systemd takes it as final. */
  async announceStop(): Promise<void> {
    await this.#tell('STOPPING=1')
  }

  /** Nobody is in charge any more. */
  remove(): void {
    this.#pidFile?.remove(process.pid)
  }

  async #tell(...variables: string[]): Promise<void> {
    const problem = await notifySystemd(...variables)
    if (problem !== undefined) {
      this.#logger.warn(`systemd was not told ${variables.join(' ')}: ${messageOf(problem)}`)
    }
  }
}
