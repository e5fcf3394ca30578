import type { Server } from 'node:net'

const own = new WeakSet<object>()

/** Says that a server is ours, and no part of the service. @returns the same server */
export function markOwn<S extends Server>(server: S): S {
  own.add(server)
  return server
}

/** Whether a server is ours, and no part of the service. */
export const isOwnServer = (server: object): boolean => own.has(server)
