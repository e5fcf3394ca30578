import type { BigIntStats } from 'node:fs'
import { fstatSync, lstatSync } from 'node:fs'

/**
 * Looks at a file or socket with `bigint: true`. Node 20 and 22 leave the result of a plain stat of a socket where
 * `realpathSync` mistakes it for its own at the next import: it takes the socket for the end of the path, and leaves
 * the symlinks behind it unresolved. A result in bigints is kept elsewhere.
 */
export function lookAt(path: string): BigIntStats | undefined {
  return lstatSync(path, { bigint: true, throwIfNoEntry: false })
}

/** The same for a descriptor; `undefined` if it is not open. */
export function lookAtDescriptor(fd: number): BigIntStats | undefined {
  try {
    return fstatSync(fd, { bigint: true })
  } catch {
    return undefined
  }
}

/** A socket's inode, which is the same in every process. `undefined` if the descriptor is not open, or is no socket. */
export function inodeOf(fd: number): number | undefined {
  const status = lookAtDescriptor(fd)
  return status?.isSocket() === true ? Number(status.ino) : undefined
}
