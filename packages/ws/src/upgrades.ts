import type { Server as HttpServer, IncomingMessage } from 'node:http'
import { requestHead } from '@zerodown/core/kinds'
import type { Answer } from './answer.ts'
import { readAnswer } from './answer.ts'
import type { AnyWebSocketServer } from './types.ts'

/** The heads of the requests that open WebSockets. */
const heads = new WeakMap<IncomingMessage, string>()

/** The lines of the answers to them. Listeners to 'headers' may still change them. */
const answers = new WeakMap<IncomingMessage, readonly string[]>()

const watched = new WeakSet<HttpServer>()

/** Notes the head of each request that comes to a server for an upgrade, before anything can change it. */
export function watchUpgrades(server: HttpServer): void {
  if (watched.has(server)) return
  watched.add(server)
  const { emit } = server
  // A listener would make Node upgrade requests for which the application has no listener.
  server.emit = function (this: HttpServer, ...args: unknown[]): boolean {
    if (args[0] === 'upgrade') noteRequest(args[1] as IncomingMessage)
    return Reflect.apply(emit, this, args)
  } as HttpServer['emit']
}

/** Notes the head of a request, if that has not been noted yet. */
export function noteRequest(request: IncomingMessage): void {
  const { 'content-length': length, 'transfer-encoding': coding, upgrade } = request.headers
  // What a body said is gone.
  const isWhole = length === undefined && coding === undefined
  if (!heads.has(request) && isWhole && upgrade?.toLowerCase() === 'websocket') heads.set(request, requestHead(request))
}

/** Notes the answers of a server. */
export function watchAnswers(server: AnyWebSocketServer): void {
  server.on('headers', (lines: readonly string[], request: IncomingMessage) => void answers.set(request, lines))
}

export const headOf = (request: IncomingMessage): string | undefined => heads.get(request)

export function answerTo(request: IncomingMessage): Answer | undefined {
  const lines = answers.get(request)
  return lines && readAnswer(lines)
}
