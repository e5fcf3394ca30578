/** A successor that takes longer has something else to do. ms */
const QUICK = 5

/** More would make each of them wait for the others. */
const MOST = 32

/** How many connections may be frozen at a time: one, and more for as long as the successor is quick to take them. */
export class Window {
  #size = 1

  get size(): number {
    return this.#size
  }

  async measure<Result>(passing: Promise<Result>): Promise<Result> {
    const began = performance.now()
    const result = await passing
    const quick = performance.now() - began <= QUICK
    this.#size = quick ? Math.min(2 * this.#size, MOST) : Math.max(1, this.#size / 2)
    return result
  }
}
