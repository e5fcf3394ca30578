import type { IncomingMessage } from 'node:http'

const holders = new WeakMap<IncomingMessage, () => boolean>()

/**
 * Keeps the connection of a request here while its answer goes on, for as long as `isHeld()` says so: what the answer needs
 * has not gone to the successor yet.
 */
export const holdHere = (request: IncomingMessage, isHeld: () => boolean): void => void holders.set(request, isHeld)

/** Whether the connection of a request, whose answer goes on, has to stay for now. */
export const isHeldHere = (request: IncomingMessage): boolean => holders.get(request)?.() ?? false
