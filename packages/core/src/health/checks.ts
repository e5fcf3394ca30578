import { messageOf } from '../errors.ts'
import { within } from '../node/within.ts'
import type { HealthCheck, HealthCheckContext } from './options.ts'

/** What one check came to. */
export interface CheckOutcome {
  readonly status: 'ok' | 'error'
  /** Why it failed. */
  readonly reason?: string
  /** What it resolved with. */
  readonly details?: unknown
}

/** One check of the application's. Whoever asks while it runs waits for the same outcome: a slow one must not pile up. */
export class RunningCheck {
  readonly #check: HealthCheck
  readonly #timeout: number
  #running: Promise<CheckOutcome> | undefined

  /** @param timeout ms */
  constructor(check: HealthCheck, timeout: number) {
    this.#check = check
    this.#timeout = timeout
  }

  /** Never rejects. */
  outcome(context: HealthCheckContext): Promise<CheckOutcome> {
    this.#running ??= this.#run(context).finally(() => {
      this.#running = undefined
    })
    return this.#running
  }

  async #run(context: HealthCheckContext): Promise<CheckOutcome> {
    // It may throw, too, or return without a promise.
    const details = (async () => this.#check(context))()
    try {
      if (await within(this.#timeout, details)) return { status: 'ok', details: await details }
      return { status: 'error', reason: `the check did not end within ${this.#timeout} ms` }
    } catch (error) {
      return { status: 'error', reason: reasonOf(error) }
    }
  }
}

/** With what it was caused by: terminus has `causes`, and an AggregateError has `errors`. */
function reasonOf(error: unknown): string {
  const { causes, errors } = Object(error) as { causes?: unknown; errors?: unknown }
  const all = [causes, errors].find((list) => Array.isArray(list)) ?? []
  return [error, ...(all as unknown[])].map(messageOf).join('; ')
}
