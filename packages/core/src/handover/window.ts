/** A successor that takes longer has something else to do. ms */
const QUICK = 10

/** More would make each of them wait for the others. */
const MOST = 8

/** How many connections may be frozen at a time: one, and more for as long as the successor is quick to take them. */
export class Window {
  #size = 1

  get size(): number {
    return this.#size
  }

  async measure<Result>(passing: Promise<Result>): Promise<Result> {
    const began = performance.now()
    const result = await passing
    this.#size = performance.now() - began <= QUICK ? Math.min(2 * this.#size, MOST) : 1
    return result
  }
}
