import type { Server, Socket } from 'node:net'
import { inodeOf } from '../stat.ts'

export interface Handle {
  fd?: unknown
  readStop?: () => number
  readStart?: () => number
  close?: () => void
  setNoDelay?: (on: boolean) => number
  setKeepAlive?: (on: boolean, delay: number) => number
  onconnection?: (error: number, connection: object) => void
}

export const handleOf = (owner: Server | Socket): Handle | null | undefined =>
  (owner as unknown as { _handle?: Handle | null })._handle

/**
 * The number of a server's listening socket. `spawn` wants the number in `stdio`: given the server itself, it throws
 * after the child has started. `undefined` where there is none: Windows, or a cluster worker, whose socket the primary
 * has.
 */
export function listeningFd(server: Server): number | undefined {
  const fd = handleOf(server)?.fd
  return typeof fd === 'number' && fd >= 0 ? fd : undefined
}

/**
 * Stops reading below every buffer of Node, at once, and whatever reads: the HTTP parser does so from the handle itself,
 * and what it read after the connection was passed on would be lost.
 * @returns how to read on, or `undefined` if this socket cannot be stopped
 */
export function stopReading(socket: Socket): (() => void) | undefined {
  const handle = handleOf(socket)
  if (typeof handle?.readStop !== 'function' || typeof handle.readStart !== 'function') return undefined
  if (handle.readStop() !== 0) return undefined
  return () => {
    if (handleOf(socket) === handle) handle.readStart?.()
  }
}

/**
 * What a socket is to the operating system. Sent to another process instead of the socket, it leaves the socket in
 * service here: `child_process` would detach that from its server. `undefined` if it has none any more, or another kind.
 */
export function nativeHandle(socket: Socket): object | undefined {
  const handle = handleOf(socket)
  return isNativeHandle(handle) ? handle : undefined
}

/** Its inode, the same in every process; `undefined` if it is no socket, or closed. */
export function inodeOfHandle(handle: object): number | undefined {
  const { fd } = handle as Handle
  return typeof fd === 'number' && fd >= 0 ? inodeOf(fd) : undefined
}

/** Whether this is what came, when such a handle was sent. It is read by nobody until there is a socket over it. */
export const isNativeHandle = (value: unknown): value is object & { close(): void } =>
  typeof value === 'object' &&
  value !== null &&
  (['readStop', 'readStart', 'close'] as const).every((name) => typeof (value as Handle)[name] === 'function')
