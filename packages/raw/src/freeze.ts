import type { Socket } from 'node:net'
import type { Details, Freeze } from '@zerodown/core/kinds'
import { hasUnsent, stopReading, takeFromApplication } from '@zerodown/core/kinds'
import { askFor } from './give.ts'
import { forwardTo, nextId } from './late-words.ts'
import type { RawOptions } from './moving-servers.ts'
import { StandIn } from './stand-in.ts'

/** @param isCut whether what is left of the connections is being cut */
export function freeze(socket: Socket, options: RawOptions<unknown>, isCut: () => boolean): Freeze | undefined {
  const readOn = stopReading(socket)
  if (readOn === undefined) return undefined
  const given = askFor(options, socket)
  // It may have done what it must not.
  if (given === undefined || hasUnsent(socket) || socket.writableEnded || socket.destroyed) {
    readOn()
    return undefined
  }
  const unread = takeUnread(socket)
  // To read what was there has set the socket reading again.
  stopReading(socket)
  const id = nextId()
  const details: Details = { id, state: given.state, unread: unread.toString('base64') }
  const timeout = socket.timeout ?? 0
  if (timeout > 0) socket.setTimeout(0)
  const standIn = new StandIn(socket, isCut)
  return {
    details,
    again: () => false,
    thaw() {
      if (timeout > 0 && !socket.timeout) socket.setTimeout(timeout)
      if (unread.length > 0) socket.unshift(unread)
      readOn()
      standIn.thaw()
    },
    moved() {
      standIn.moved(forwardTo(id, socket))
      takeFromApplication(socket)
    },
  }
}

/** What a socket that is paused has read, and the application has not. */
function takeUnread(socket: Socket): Buffer {
  if (socket.readableLength === 0) return Buffer.alloc(0)
  const before = Object.getOwnPropertyDescriptor(socket, 'emit')
  // To take it out tells those who listen for 'data', too, and they will get it over there.
  Object.defineProperty(socket, 'emit', { value: () => false, writable: true, configurable: true })
  const chunk: unknown = socket.read(socket.readableLength)
  Reflect.deleteProperty(socket, 'emit')
  if (before !== undefined) Object.defineProperty(socket, 'emit', before)
  return typeof chunk === 'string' ? Buffer.from(chunk, socket.readableEncoding ?? 'utf8') : (chunk as Buffer)
}
