import type { BigIntStats } from 'node:fs'
import { fstatSync, lstatSync } from 'node:fs'

/**
 * Looks at files and sockets with `bigint: true`, which puts the result where no one else looks. In Node 20 and 22 the
 * result of a plain stat of a socket is still there when the next module is imported, and `realpathSync` mistakes it
 * for its own: it takes the socket for the end of the path and leaves the symlinks behind it unresolved.
 */
export function lookAt(path: string): BigIntStats | undefined {
  return lstatSync(path, { bigint: true, throwIfNoEntry: false })
}

/** The same for an open descriptor; `undefined` if it is not open. */
export function lookAtDescriptor(fd: number): BigIntStats | undefined {
  try {
    return fstatSync(fd, { bigint: true })
  } catch {
    return undefined
  }
}

/** The same socket has the same in every process. `undefined` if the descriptor is not open, or is no socket. */
export function inodeOf(fd: number): number | undefined {
  const status = lookAtDescriptor(fd)
  return status?.isSocket() === true ? Number(status.ino) : undefined
}
