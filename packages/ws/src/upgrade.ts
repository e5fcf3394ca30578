import type { IncomingMessage } from 'node:http'
import { logger } from '@zerodown/core/kinds'
import type { Coming } from './coming.ts'
import { comingOver } from './coming.ts'
import { neighbours } from './neighbours.ts'
import { OpenSocket, add, asSocket } from './open-socket.ts'
import type { AnyWebSocket, AnyWebSocketServer, WsOptions } from './types.ts'
import { answerTo, headOf, noteRequest, watchAnswers } from './upgrades.ts'

type Upgraded = (client: AnyWebSocket, request: IncomingMessage) => void

/** Notes each WebSocket that a server opens, before the application gets it. */
export function noteSockets(server: AnyWebSocketServer, options: () => WsOptions): void {
  watchAnswers(server)
  const { handleUpgrade } = server
  server.handleUpgrade = function (this: AnyWebSocketServer, request, socket, head, callback) {
    noteRequest(request)
    const upgraded: Upgraded = (client, ...rest) => {
      if (begin(client, request, socket, options())) (callback as Upgraded)(client, ...rest)
    }
    return Reflect.apply(handleUpgrade, this, [request, socket, head, upgraded])
  }
}

/** @returns whether the application is to get it */
function begin(client: AnyWebSocket, request: IncomingMessage, stream: unknown, options: WsOptions): boolean {
  const socket = asSocket(stream)
  if (socket === undefined) return true
  const coming = comingOver(socket)
  if (coming !== undefined && !take(client, request, coming, options)) {
    // This closes only our copy: the old process goes on.
    socket.destroy()
    return false
  }
  const closeListeners = client.listeners('close') as (() => void)[]
  add(
    new OpenSocket({
      client,
      socket,
      request,
      head: headOf(request),
      answer: answerTo(request),
      options,
      closeListeners,
    }),
  )
  if (coming !== undefined) neighbours().arrived.add(coming.along.id, client)
  return true
}

function take(client: AnyWebSocket, request: IncomingMessage, coming: Coming, { take: taking }: WsOptions): boolean {
  const { state } = coming.along
  try {
    taking?.(client, state === undefined ? undefined : JSON.parse(state), request)
  } catch (error) {
    coming.failed = true
    logger.warn(`a WebSocket stays with the old process, as take() has failed: ${String(error)}`)
  }
  return !coming.failed
}
