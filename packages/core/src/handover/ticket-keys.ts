import type { Server } from 'node:net'
import { Server as TlsServer } from 'node:tls'
import { configuredTicketKeys } from '../node/internals/server-options.ts'

/** With the same keys a client that has to connect anew resumes its TLS session in the successor. */
export function ticketKeysOf(server: Server): string | undefined {
  return server instanceof TlsServer ? server.getTicketKeys().toString('base64') : undefined
}

/** Unless the application has keys of its own, which it may have changed on purpose. */
export function takeTicketKeys(server: Server, keys: string): void {
  if (server instanceof TlsServer && !configuredTicketKeys(server)) server.setTicketKeys(Buffer.from(keys, 'base64'))
}
