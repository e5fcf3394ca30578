import { messageOf } from '../errors.ts'
import { within } from '../node/within.ts'
import type { Logger } from '../logger.ts'

/** Why a hook runs: a successor has taken over, or the service ends. */
export interface ShutdownReason {
  readonly reason: 'restart' | 'shutdown'
}

/** Runs after the last response. What it returns is awaited. */
export type ShutdownHook = (why: ShutdownReason) => unknown

/** The least time that hooks get, however long the drain took: closing a database takes a moment. ms */
export const LEAST_TIME = 5000

/** The hooks that run after the drain, the last one registered first: what was opened last is closed first. */
export class ShutdownHooks {
  readonly #hooks = new Set<{ readonly run: ShutdownHook }>()

  /** @returns a function that removes the hook */
  add(hook: ShutdownHook): () => void {
    const entry = { run: hook }
    this.#hooks.add(entry)
    return () => void this.#hooks.delete(entry)
  }

  /**
   * Runs the hooks one after the other, all within one deadline. A hook that fails is logged, and the next one runs.
   */
  async run(timeLeft: number, why: ShutdownReason, logger: Logger): Promise<void> {
    const timeout = Math.round(Math.max(timeLeft, LEAST_TIME))
    const over = new AbortController()
    if (await within(timeout, this.#runAll(why, logger, over.signal))) return
    over.abort()
    logger.error(`a shutdown hook did not finish within ${timeout} ms: exiting without it and the hooks after it.`)
  }

  async #runAll(why: ShutdownReason, logger: Logger, over: AbortSignal): Promise<void> {
    for (const { run: hook } of [...this.#hooks].toReversed()) {
      if (over.aborted) return
      await attempt(hook, why, logger)
    }
  }
}

async function attempt(hook: ShutdownHook, why: ShutdownReason, logger: Logger): Promise<void> {
  try {
    await hook(why)
  } catch (error) {
    logger.error(`a shutdown hook failed: ${messageOf(error)}`)
  }
}
