import type { IncomingMessage } from 'node:http'
import { Server as HttpServer } from 'node:http'
import { Server as HttpsServer } from 'node:https'
import type { Server } from 'node:net'
import type { TLSSocket } from 'node:tls'

/** The servers of this process, by where each listens: so the two processes know them alike. */
const servers = new Map<string, Server>()
const names = new WeakMap<Server, string>()

/** Called when it listens. */
export function noteServer(server: Server): void {
  const address = server.address()
  if (address === null) return
  const name = typeof address === 'string' ? address : `${address.port}`
  servers.set(name, server)
  names.set(server, name)
}

/** @returns `undefined`: it listens nowhere */
export const nameOf = (server: Server): string | undefined => names.get(server)

export const serverOf = (name: string): Server | undefined => servers.get(name)

/**
 * Whether a request can be written once more for another process: not one of HTTP/2, nor one whose client has shown a
 * certificate, which the application would look for. And not one for an event stream, which would pass through this process for as
 * long as it goes on.
 */
export function canForward(server: Server, { httpVersion, socket, method, headers }: IncomingMessage): boolean {
  if (!httpVersion.startsWith('1.') || !(server instanceof HttpServer || server instanceof HttpsServer)) return false
  if (method === 'GET' && headers.accept?.includes('text/event-stream') === true) return false
  const { getPeerCertificate } = socket as Partial<TLSSocket>
  return getPeerCertificate === undefined || Object.keys(getPeerCertificate.call(socket)).length === 0
}
