import type { IncomingMessage } from 'node:http'
import { Server } from 'node:http'
import type { Socket } from 'node:net'
import type { ConnectionKind, Freeze } from '@zerodown/core/kinds'
import {
  awaitingNothing,
  limitRequests,
  replay,
  requestsOn,
  stopReading,
  takeFromApplication,
} from '@zerodown/core/kinds'
import { readsOnAs } from './heads.ts'
import { announce, follow, forget, forwardTo } from './late-events.ts'
import type { Stream } from './stream.ts'

const streams = new Map<Socket, Stream>()

/** What came with a connection, for the application's handler, which is about to be called. */
export interface Arrival {
  /** By which the predecessor knows it. */
  readonly id: unknown
  /** What the application gave along, as JSON. */
  readonly state: unknown
}

const arriving = new WeakMap<Socket, Arrival>()

/** What came with the connection of this request, if it is the one that was read once more. */
export function takeArrival({ socket }: IncomingMessage): Arrival | undefined {
  const arrival = socket.bytesRead === 0 ? arriving.get(socket) : undefined
  arriving.delete(socket)
  return arrival
}

/** From here on the stream moves when this process has a successor. */
export function add(stream: Stream, arrival: Arrival | undefined): void {
  const { socket } = stream.request
  streams.set(socket, stream)
  const over = (): void => {
    if (streams.get(socket) === stream) streams.delete(socket)
  }
  // After a move the response says nothing any more, and moved() removes the stream.
  stream.response.once('close', over)
  if (arrival !== undefined) follow(arrival.id, stream)
}

/** An event stream between two events. */
export const eventStream: ConnectionKind = {
  name: 'event-stream',

  // To open one once more takes the successor as long as three or four idle connections of HTTP.
  most: 2,

  isServedBy: (server) => server instanceof Server,

  obstacle: () => undefined,

  findIdle(server, open) {
    const quiet = [...streams].flatMap(([socket, stream]) => (open.has(socket) && stream.isQuiet ? [stream] : []))
    if (quiet.length === 0) return []
    const answers = quiet.map(({ response }) => response)
    return awaitingNothing(server as Server, open, answers).map(({ req }) => req.socket)
  },

  freeze(socket) {
    const stream = streams.get(socket)
    return stream?.isQuiet === true ? freeze(stream, socket) : undefined
  },

  receive(server, accept, connection, { id, request, head, state, requests }) {
    const arrival = { id, state }
    announce(id)
    const served = replay(accept, connection, {
      bytes: Buffer.from(String(request), 'latin1'),
      fits: (again) => readsOnAs(String(head), again),
      begin(socket) {
        arriving.set(socket, arrival)
        // An older version says nothing of it.
        limitRequests(server as Server, socket, Number(requests ?? 0), 1)
      },
    })
    const settle = (isServed: boolean): boolean => {
      if (!isServed) forget(id)
      return isServed
    }
    return served instanceof Promise ? served.then(settle) : settle(served)
  },
}

function freeze(stream: Stream, socket: Socket): Freeze | undefined {
  const readOn = stopReading(socket)
  if (readOn === undefined) return undefined
  let state: string | undefined
  try {
    state = stream.freeze()
  } catch (error) {
    readOn()
    stream.stay()
    const { message } = error as Error
    process.emitWarning(`zerodown: an event stream stays with this process, as its give() has failed: ${message}`)
    return undefined
  }
  const { timeout = 0 } = socket
  socket.setTimeout(0)
  const { id, over } = forwardTo()
  return {
    details: { id, request: stream.again, head: stream.head, state, requests: requestsOn(socket) },
    again: () => stopReading(socket) !== undefined,
    thaw() {
      socket.setTimeout(timeout)
      readOn()
      stream.thaw()
    },
    moved() {
      takeFromApplication(socket)
      streams.delete(socket)
      stream.move(over)
    },
  }
}
