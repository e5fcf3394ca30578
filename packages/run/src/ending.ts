import type { Logger } from '@zerodown/core/supervision'
import { defer, isStop, within } from '@zerodown/core/supervision'
import type { Slot } from './slot.ts'
import type { Ended, WorkerProcess } from './worker-process.ts'
import { howEnded } from './worker-process.ts'

/** What the end of all slots needs to know, and tells. */
export interface EndingHost {
  readonly slots: readonly Slot[]
  readonly logger: Logger
  /** How long a worker may take to end. ms */
  patience(process: WorkerProcess): number
  /** It begins. */
  began(): void
  /** Nothing is left. */
  over(): void
}

/** The end of all slots, and of the supervisor. */
export class Ending {
  readonly #host: EndingHost
  readonly #exit = defer<number>()
  #begun = false
  #code = 0
  #why: string | undefined
  #killing = false

  constructor(host: EndingHost) {
    this.#host = host
  }

  get begun(): boolean {
    return this.#begun
  }

  /** Resolves with the exit code, when everything has ended. */
  get exit(): Promise<number> {
    return this.#exit.promise
  }

  /** Why it is not the end that was asked for; `undefined`: it is, all workers have drained. */
  get why(): string | undefined {
    return this.#why
  }

  /** Drains all workers, and ends. */
  async drain(): Promise<void> {
    if (this.#begun) return
    this.#host.logger.info('shutting down')
    this.#begin()
    for (const slot of this.#host.slots) slot.stop('SIGTERM')
    await this.#ended()
    this.#end()
  }

  /** Ends with that code. Workers that serve drain, as they are not to blame. */
  async giveUp(why: string, code: number): Promise<void> {
    if (this.#begun) return
    this.#host.logger.error(`${why}: giving up.`)
    this.#blame(why, code)
    this.#begin()
    for (const slot of this.#host.slots) slot.stop('SIGTERM', 'SIGKILL')
    await this.#ended()
    this.#end()
  }

  async atOnce(code: number): Promise<void> {
    this.#begin()
    this.#why = 'the supervisor was interrupted'
    this.#code = code
    await this.#killAll()
    this.#end()
  }

  #begin(): void {
    if (this.#begun) return
    this.#begun = true
    this.#host.began()
    for (const slot of this.#host.slots) for (const process of slot.processes) this.#watch(slot, process)
  }

  /** Who has served must drain, whatever ends it. */
  #watch({ number }: Slot, process: WorkerProcess): void {
    const check = (ended: Ended): void => {
      const drained = ended.signal === null && ended.code !== null && isStop(ended.code)
      if (drained || !process.served || this.#killing) return
      const why = `slot ${number} ${howEnded(ended)} before it had drained`
      this.#blame(why, 1)
      this.#host.logger.error(`${why}.`)
    }
    process.ended.then(check, () => {})
  }

  /** The first counts. */
  #blame(why: string, code: number): void {
    this.#why ??= why
    this.#code ||= code
  }

  async #ended(): Promise<void> {
    const { slots, patience } = this.#host
    const longest = Math.max(0, ...slots.flatMap(({ processes }) => [...processes].map(patience)))
    if (await within(longest, this.#allEnded())) return
    this.#blame('workers did not end in time and were killed', 1)
    this.#host.logger.error('workers did not end in time, and are killed.')
    await this.#killAll()
  }

  async #killAll(): Promise<void> {
    this.#killing = true
    for (const slot of this.#host.slots) slot.stop('SIGKILL')
    await this.#allEnded()
  }

  #allEnded(): Promise<unknown> {
    return Promise.all(this.#host.slots.map((slot) => slot.ended()))
  }

  #end(): void {
    this.#host.over()
    this.#exit.resolve(this.#code)
  }
}
