import type { State } from '../status.ts'

/** The state that a process is in. */
export class ProcessState {
  #current: State = 'starting'
  #since = Date.now()

  get current(): State {
    return this.#current
  }

  /** When it came into this state. ms since the epoch */
  get since(): number {
    return this.#since
  }

  /** Whether it takes no new work any more. */
  get isLeaving(): boolean {
    return this.#current === 'draining' || this.#current === 'stopped'
  }

  enter(state: State): void {
    this.#current = state
    this.#since = Date.now()
  }
}
