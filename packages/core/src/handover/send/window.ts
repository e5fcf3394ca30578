import type { Passing } from './socket-sender.ts'

/** A successor that takes longer than this may have something else to do. ms */
const QUICK = 5

/** On a busy machine every turn of any process takes long. There, up to this many times the usual time is quick. */
const AS_USUAL = 2

/** To wait no longer than this for others does no harm, and more go at a time: so it is for idle HTTP. ms */
const SHORT = 0.75

/** The most that may be frozen. With more, each would wait for the others; with fewer, all of them take longer. */
const MOST = 8

/**
 * How many connections may be frozen at a time: one at first, and more for as long as the successor is quick to take
 * them, and none waits much longer for the others than for itself.
 */
export class Window {
  #size = 1
  #measured = 0
  #took = 0
  /** Whether there were ever more than that. From then on it grows by one. */
  #wasTooLarge = false

  get size(): number {
    return this.#size
  }

  /** @param count how many are passed on */
  async measure<Result extends Pick<Passing, 'serving'>>(count: number, passing: Promise<Result>): Promise<Result> {
    const began = performance.now()
    const result = await passing
    const took = performance.now() - began
    const forOthers = (result.serving * (count - 1)) / count
    if (!this.#isQuick(took)) this.#size = Math.max(1, Math.floor(this.#size / 2))
    else if (forOthers > Math.max(SHORT, took - forOthers)) this.#shrink()
    else this.#size = Math.min(this.#wasTooLarge ? this.#size + 1 : 2 * this.#size, MOST)
    this.#measured += 1
    this.#took += took
    return result
  }

  #isQuick(took: number): boolean {
    const usual = this.#measured === 0 ? 0 : this.#took / this.#measured
    return took <= Math.max(QUICK, AS_USUAL * usual)
  }

  #shrink(): void {
    this.#wasTooLarge = true
    this.#size = Math.max(1, this.#size - 1)
  }
}
