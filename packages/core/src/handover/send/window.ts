/** A successor that takes longer than this may have something else to do. ms */
const QUICK = 5

/** On a busy machine every turn of any process takes long. There, up to this many times the usual time is quick. */
const AS_USUAL = 2

/** The most that may be frozen. With more, each would wait for the others; with fewer, all of them take longer. */
const MOST = 8

/**
 * How many connections may be frozen at a time: one at first, and more for as long as the successor is quick to take
 * them.
 */
export class Window {
  readonly #most: number
  #size = 1
  #measured = 0
  #took = 0

  /** @param most the most that may be frozen. Default: 8 */
  constructor(most: number = MOST) {
    this.#most = most
  }

  get size(): number {
    return this.#size
  }

  async measure<Result>(passing: Promise<Result>): Promise<Result> {
    const began = performance.now()
    const result = await passing
    const took = performance.now() - began
    const usual = this.#measured === 0 ? 0 : this.#took / this.#measured
    const quick = took <= Math.max(QUICK, AS_USUAL * usual)
    this.#size = quick ? Math.min(2 * this.#size, this.#most) : Math.max(1, this.#size / 2)
    this.#measured += 1
    this.#took += took
    return result
  }
}
