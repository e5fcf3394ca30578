/** A successor that takes longer than this may have something else to do. ms */
const QUICK = 5

/** On a busy machine every turn of any process takes long. There, up to this many times what one takes alone is quick. */
const AS_ONE = 2

/** The most that may be frozen. With more, each would wait for the others. */
const MOST = 32

/**
 * How many connections may be frozen at a time: one at first, and more for as long as the successor takes them about as
 * quickly as one. Where each takes its time, as those do whose application runs once more, each would wait for all that
 * came with it.
 */
export class Window {
  #size = 1
  /** How long one takes that is passed on alone, lately. ms */
  #one = 0

  get size(): number {
    return this.#size
  }

  /** @param count how many connections are passed on together */
  async measure<Result>(count: number, passing: Promise<Result>): Promise<Result> {
    const began = performance.now()
    const result = await passing
    const took = performance.now() - began
    const quick = took <= Math.max(QUICK, AS_ONE * this.#one)
    this.#size = quick ? Math.min(2 * this.#size, MOST) : Math.max(1, this.#size / 2)
    if (count === 1) this.#one = this.#one === 0 ? took : (this.#one + took) / 2
    return result
  }
}
