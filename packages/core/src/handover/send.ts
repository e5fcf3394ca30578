import type { Socket } from 'node:net'
import { stopReading, uncouple } from '../process/node-internals.ts'
import type { ConnectionChannel } from './channel.ts'
import type { Fate, Payload } from './payload.ts'

/**
 * Moves one idle connection to the successor.
 *
 * Reading stops first: what arrives between detaching and sending would be lost. This process keeps the socket open
 * until the successor has confirmed it, so that one which does not arrive is served here as before. To close our copy
 * then says nothing to the client, as the successor holds the same socket.
 */
export async function sendConnection(
  channel: ConnectionChannel,
  socket: Socket,
  listener: number,
  payload: Payload,
): Promise<Fate> {
  const readOn = stopReading(socket)
  if (readOn === undefined) return 'refused'
  const timeout = socket.timeout ?? 0
  // The keep-alive timeout must not close it on its way.
  socket.setTimeout(0)
  const couple = uncouple(socket)
  const fate = await channel.send(socket, listener, payload)
  if (fate !== 'refused') {
    socket.destroy()
    return fate
  }
  couple()
  socket.setTimeout(timeout)
  readOn()
  return fate
}
