import { ZerodownError } from './errors.ts'
import type { Logger } from './logger.ts'

interface Active<Instance> {
  readonly instance: Instance
  readonly logger: Logger
}

/**
 * Holds the instance in charge of this process. There can be only one, since signals and inherited listeners can be
 * handled only once.
 */
export class ActiveInstance<Instance extends object> {
  #instance: Instance | undefined
  /** That of the instance that is in charge, or was the last one to be. */
  #logger: Logger | undefined
  /** What is to be logged as soon as an instance is in charge. */
  #unsaid: [keyof Logger, string][] = []
  /** Why this copy of the package attaches nothing. */
  #steppedBack: string | undefined
  #explained = false

  get current(): Instance | undefined {
    return this.#instance
  }

  /** @throws {ZerodownError} `ERR_ZERODOWN_ALREADY_ACTIVE` */
  checkFree(): void {
    const why =
      this.#steppedBack ??
      (this.#instance &&
        'another zerodown instance is in charge of this process. Use one instance for all servers of a process.')
    if (why !== undefined) throw new ZerodownError('ERR_ZERODOWN_ALREADY_ACTIVE', why)
  }

  put({ instance, logger }: Active<Instance>): void {
    this.#instance = instance
    this.#logger = logger
    for (const [level, message] of this.#unsaid.splice(0)) logger[level](message)
  }

  remove(instance: Instance): void {
    if (this.#instance === instance) this.#instance = undefined
  }

  /** Logs by the instance in charge, or the last one that was: now, or as soon as there is one. */
  log(level: keyof Logger, message: string): void {
    if (this.#logger === undefined) this.#unsaid.push([level, message])
    else this.#logger[level](message)
  }

  /** Makes this copy of the package attach nothing: a copy that does not understand this one was loaded first. */
  stepBack(why: string): void {
    this.#steppedBack = why
  }

  get steppedBack(): boolean {
    return this.#steppedBack !== undefined
  }

  /** Logs why this copy attaches nothing, once. */
  explainStepBack(warn: (why: string) => void): void {
    if (this.#steppedBack !== undefined && !this.#explained) warn(this.#steppedBack)
    this.#explained = true
  }
}
