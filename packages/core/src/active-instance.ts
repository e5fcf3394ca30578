import { ZerodownError } from './errors.ts'

interface Active<Instance> {
  readonly instance: Instance
  /** Writes to its log. */
  warn(message: string): void
}

/** Which instance is in charge of this process: signals and inherited listeners can be handled once only. */
export class ActiveInstance<Instance extends object> {
  #active: Active<Instance> | undefined
  /** What to warn of as soon as an instance is in charge. */
  #unsaid: string | undefined
  /** Why this copy of the package attaches nothing. */
  #steppedBack: string | undefined
  #explained = false

  get current(): Instance | undefined {
    return this.#active?.instance
  }

  /** @throws {ZerodownError} `ERR_ZERODOWN_ALREADY_ACTIVE` */
  checkFree(): void {
    const why =
      this.#steppedBack ??
      (this.#active &&
        'another zerodown instance is in charge of this process. Use one instance for all servers of a process.')
    if (why !== undefined) throw new ZerodownError('ERR_ZERODOWN_ALREADY_ACTIVE', why)
  }

  put(active: Active<Instance>): void {
    this.#active = active
    if (this.#unsaid !== undefined) active.warn(this.#unsaid)
    this.#unsaid = undefined
  }

  remove(instance: Instance): void {
    if (this.#active?.instance === instance) this.#active = undefined
  }

  /** Warns in the log of whoever is in charge, now or later. */
  warn(message: string): void {
    if (this.#active === undefined) this.#unsaid = message
    else this.#active.warn(message)
  }

  /** A copy of this package that does not understand this one was loaded first: this one attaches nothing. */
  stepBack(why: string): void {
    this.#steppedBack = why
  }

  get steppedBack(): boolean {
    return this.#steppedBack !== undefined
  }

  /** Says why this copy attaches nothing, the first time. */
  explainStepBack(warn: (why: string) => void): void {
    if (this.#steppedBack !== undefined && !this.#explained) warn(this.#steppedBack)
    this.#explained = true
  }
}
