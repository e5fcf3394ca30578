import type { Socket } from 'node:net'

/** Connections that moved here with a request that an earlier generation had read. */
const used = new WeakSet<Socket>()

/** Notes that something was read on this connection, though not by this process. */
export const noteUsed = (socket: Socket): void => void used.add(socket)

/** Whether nothing was ever read on this connection, in any process, as far as this one knows. */
export const isUnused = (socket: Socket): boolean => socket.bytesRead === 0 && !used.has(socket)
