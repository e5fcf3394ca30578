import type { Server } from 'node:net'
import { Server as TlsServer } from 'node:tls'
import { configuredTicketKeys } from '../node/internals/server-options.ts'

/**
 * The keys of a TLS server. With the same keys, a client that has to connect again resumes its TLS session in the
 * successor.
 */
export function ticketKeysOf(server: Server): string | undefined {
  return server instanceof TlsServer ? server.getTicketKeys().toString('base64') : undefined
}

/**
 * Gives the keys to a TLS server, unless the application has set keys of its own, which it may have changed on purpose.
 */
export function takeTicketKeys(server: Server, keys: string): void {
  if (server instanceof TlsServer && !configuredTicketKeys(server)) server.setTicketKeys(Buffer.from(keys, 'base64'))
}
