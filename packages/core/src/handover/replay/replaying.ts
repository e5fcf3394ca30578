import type { Socket } from 'node:net'

const replaying = new WeakSet<Socket>()

/**
 * Whether a connection came in the middle of an answer, of which the application here has not begun the rest. What is
 * written on it is no answer of its own.
 */
export const isReplaying = (socket: Socket): boolean => replaying.has(socket)

export const beginReplaying = (socket: Socket): void => void replaying.add(socket)

export const endReplaying = (socket: Socket): void => void replaying.delete(socket)
