import { messageOf } from '../errors.ts'
import type { Emit } from '../events.ts'
import type { Settings } from '../options.ts'
import type { PidFile } from '../process/pid-file.ts'
import { notifySystemd } from '../process/systemd.ts'
import type { Launch } from './launch.ts'
import { Successor } from './successor.ts'

/** What a successor gets that has to end before it was ever ready: time for a signal handler of its own. ms */
const GRACE = 5000

/** One try to get a successor as far as the commit. Whatever fails, all is as it was. */
export class Attempt {
  readonly #launch: Launch
  readonly #generation: number
  readonly #settings: Settings
  readonly #pidFile: PidFile | undefined
  readonly #emit: Emit
  readonly #abort = new AbortController()
  #successor: Successor | undefined

  constructor(
    launch: Launch,
    generation: number,
    context: { settings: Settings; pidFile: PidFile | undefined; emit: Emit },
  ) {
    this.#launch = launch
    this.#generation = generation
    this.#settings = context.settings
    this.#pidFile = context.pidFile
    this.#emit = context.emit
  }

  /**
   * @returns the successor, ready, its probation over, announced to the world
   * @throws why it did not come so far; by then it has ended
   */
  async run(): Promise<Successor> {
    const { readyTimeout, probation, logger } = this.#settings
    const { signal } = this.#abort
    let grace = GRACE
    this.#emit('restarting', { generation: this.#generation })
    try {
      const successor = new Successor(this.#launch, this.#generation)
      this.#successor = successor
      await successor.launched()
      logger.info(`restarting: generation ${this.#generation} is process ${successor.pid}`)
      this.#emit('launched', infoOf(successor))
      await successor.ready(readyTimeout, signal)
      // From now on it may have requests to finish.
      grace = this.#settings.drainTimeout + GRACE
      this.#emit('probation', { ...infoOf(successor), duration: probation })
      await successor.survive(probation, signal)
      await this.#announce(successor)
      return successor
    } catch (error) {
      await this.#successor?.end(grace)
      throw error
    }
  }

  /** Gives the attempt up, because of `reason`. */
  abort(reason: Error): void {
    this.#abort.abort(reason)
  }

  kill(): void {
    this.#successor?.kill()
  }

  /** The pid file and systemd follow at the last moment before the commit, and go back if even that was too early. */
  async #announce(successor: Successor): Promise<void> {
    this.#pidFile?.write(successor.pid)
    const problem = await notifySystemd(`MAINPID=${successor.pid}`)
    if (problem !== undefined) {
      this.#settings.logger.warn(`systemd was not told of process ${successor.pid}: ${messageOf(problem)}`)
    }
    try {
      await successor.survive(0, this.#abort.signal)
    } catch (error) {
      this.#pidFile?.write(process.pid)
      await notifySystemd(`MAINPID=${process.pid}`)
      throw error
    }
  }
}

const infoOf = ({ pid, generation }: Successor): { pid: number; generation: number } => ({ pid, generation })
