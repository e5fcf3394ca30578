/**
 * Sessions in memory that have one owner through a restart of the server. See docs/sessions.md.
 * @module @zerodown/sessions
 */
import { addKind } from '@zerodown/core/kinds'
import { sessionRequest } from './kind.ts'
import type { SessionsOptions } from './options.ts'
import { addLook } from './requests.ts'
import { Store } from './store.ts'

export type { SessionsOptions } from './options.ts'

/** The sessions of this process. A session that has gone to the successor is not among them any more. */
export interface Sessions<Value> extends Iterable<[string, Value]> {
  readonly size: number
  get(key: string): Value | undefined
  has(key: string): boolean
  set(key: string, value: Value): this
  delete(key: string): boolean
}

/**
 * Keeps sessions in memory, each of which has one owner at any time, also in a restart. After the commit each session goes to
 * the successor when no request of it is in flight here. A request that comes here later moves to the successor with its
 * connection. One that comes to the successor before waits for half a second, and is then forwarded to this process.
 *
 * Call it before the first `listen()`, once for each name.
 * @param name by which the two processes know them
 * @throws {ZerodownError} `ERR_ZERODOWN_KIND`: another copy of this package is loaded
 */
export function sessions<Value, Data = unknown>(name: string, options: SessionsOptions<Value, Data>): Sessions<Value> {
  addKind(sessionRequest)
  const store = new Store<Value, Data>(name, options)
  addLook((incoming) => store.routing.look(incoming))
  return store
}
