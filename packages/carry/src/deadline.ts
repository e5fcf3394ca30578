/** Ends one wait after the other, when its time has come. Waits that are over leave nothing behind. */
export class Deadline {
  /** Why there is no more time; `undefined` before that. */
  late: string | undefined
  readonly #timer: NodeJS.Timeout | undefined
  #expire: ((late: string) => void) | undefined

  /** @param time ms; `undefined`: for ever. It does not keep the process alive */
  constructor(time?: number) {
    if (time === undefined) return
    this.#timer = setTimeout(() => {
      this.late = `it took longer than ${time} ms (timeout)`
      this.#expire?.(this.late)
    }, time).unref()
  }

  /** Waits for `done`. One wait at a time. @returns what it gave, or why there is no more time */
  wait<T>(done: T | Promise<T>): Promise<T | string> {
    if (this.late !== undefined) return Promise.resolve(this.late)
    return new Promise((resolve, reject) => {
      this.#expire = resolve
      Promise.resolve(done).then(resolve, reject)
    })
  }

  end(): void {
    clearTimeout(this.#timer)
    this.#expire = undefined
  }
}
