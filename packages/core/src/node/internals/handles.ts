import type { Server } from 'node:net'
import { Socket } from 'node:net'
import { inodeOf } from '../stat.ts'

export interface Handle {
  fd?: unknown
  readStop?: () => number
  readStart?: () => number
  close?: (done?: () => void) => void
  ref?: () => void
  unref?: () => void
  listen?: (backlog: number) => number
  setNoDelay?: (on: boolean) => number
  setKeepAlive?: (on: boolean, delay: number) => number
  getpeername?: (peer: { address?: string }) => number
  writeQueueSize?: number
  onconnection?: (error: number, connection: object) => void
}

export const handleOf = (owner: Server | Socket): Handle | null | undefined =>
  (owner as unknown as { _handle?: Handle | null })._handle

/**
 * The number of a server's listening socket, as `spawn` takes it in `stdio`: given the server itself, it throws after
 * the child has started. `undefined` where there is none: on Windows, or in a cluster worker, whose socket the primary
 * has.
 */
export function listeningFd(server: Server): number | undefined {
  const fd = handleOf(server)?.fd
  return typeof fd === 'number' && fd >= 0 ? fd : undefined
}

/** The same socket as a handle, which can be sent to another process. */
export const listeningHandle = (server: Server): object | undefined => handleOf(server) ?? undefined

/**
 * Stops reading at once, below all buffers of Node and whoever reads: the HTTP parser reads from the handle itself, and
 * what it reads after the connection was passed on is lost.
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
 * A socket's native handle. To send it to another process in place of the socket leaves the socket in service here: of
 * a socket that is sent itself, `child_process` detaches it from its server. `undefined` if the socket has closed, or
 * has a handle of another kind.
 */
export function nativeHandle(socket: Socket): object | undefined {
  const handle = handleOf(socket)
  return isNativeHandle(handle) ? handle : undefined
}

/** The inode of a handle's socket, the same in every process; `undefined` if it is closed, or no socket. */
export function inodeOfHandle(handle: object): number | undefined {
  const { fd } = handle as Handle
  return typeof fd === 'number' && fd >= 0 ? inodeOf(fd) : undefined
}

/** Whether a value that came with a message is such a handle. Nobody reads from it until there is a socket over it. */
export const isNativeHandle = (value: unknown): value is object & { close(): void } =>
  typeof value === 'object' &&
  value !== null &&
  (['readStop', 'readStart', 'close'] as const).every((name) => typeof (value as Handle)[name] === 'function')

/** Whether bytes that were written to a socket have not all been given to the kernel yet. */
export const hasUnsent = (socket: Socket): boolean =>
  socket.writableLength > 0 || (handleOf(socket)?.writeQueueSize ?? 0) > 0

/** Puts a socket over a handle that came: of a connection, or of a pipe. It reads from then on, as it is asked to. */
export const socketOver = (handle: object): Socket => new Socket({ handle } as object)
