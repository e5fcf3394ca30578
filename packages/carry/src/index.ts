/**
 * What a process has in memory goes to its successor: a cache, counters, the window of a rate limiter.
 * @module @zerodown/carry
 */
import { Carry } from './carry.ts'
import type { Carried, CarryOptions } from './options.ts'

export type { Awaitable, Carried, CarryOptions, Entries } from './options.ts'

/**
 * Gives what this process has in memory to its successor, while both serve. What changed meanwhile follows at the commit,
 * while this process drains, and when its last request is answered. A successor that gets nothing, or not all of it,
 * serves all the same. What a process gives it keeps, so that it goes on as before if the restart fails.
 *
 * Call it when the state is made, once in each process. If a name is used again, the last call counts, and a warning says
 * so.
 * @param name by which the two generations know it. Each process of `zerodown run` gives its own to its own successor
 * @returns what came from the predecessor, once all of it was taken, or what did come in time; `undefined`: nothing came.
 *   It never rejects. Await it before `listen()`, or before `zerodown.ready()` with `readiness: 'manual'`, to answer the
 *   first request with a warm cache
 * @throws {ZerodownError} `ERR_ZERODOWN_OPTION`
 */
export const carry = <Entry>(name: string, options: CarryOptions<Entry>): Promise<Carried | undefined> =>
  new Carry(name, options).came
