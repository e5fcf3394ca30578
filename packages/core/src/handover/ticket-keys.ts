import type { Server } from 'node:net'
import { Server as TlsServer } from 'node:tls'
import { configuredTicketKeys } from '../node/internals/server-options.ts'

/**
 * The keys that a TLS server seals its session tickets with (RFC 5077; RFC 8446, 4.6.1), by the listener's descriptor in
 * the successor. With them a client that has to connect anew resumes its session there. They are secrets: they go over
 * the channel, never into the environment.
 */
export interface TicketKeys {
  readonly listener: number
  /** base64 */
  readonly keys: string
}

export function ticketKeysOf(server: Server): string | undefined {
  return server instanceof TlsServer ? server.getTicketKeys().toString('base64') : undefined
}

/** Unless the application has keys of its own, which it may have changed on purpose. */
export function takeTicketKeys(server: Server, keys: string): void {
  if (server instanceof TlsServer && !configuredTicketKeys(server)) server.setTicketKeys(Buffer.from(keys, 'base64'))
}
