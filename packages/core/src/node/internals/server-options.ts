import type { Server, ServerOpts } from 'node:net'
import type { Server as TlsServer } from 'node:tls'

/**
 * The options that a server gives to the sockets that it accepts. Node keeps them under the names that the constructor
 * takes, one of them in seconds.
 */
export function acceptOptions(server: Server): ServerOpts {
  const {
    allowHalfOpen,
    noDelay,
    keepAlive,
    keepAliveInitialDelay: seconds,
    highWaterMark,
  } = server as Server & ServerOpts
  const keepAliveInitialDelay = seconds === undefined ? undefined : seconds * 1000
  const options = { allowHalfOpen, noDelay, keepAlive, keepAliveInitialDelay, highWaterMark }
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined))
}

/** Whether the application gave ticket keys to a TLS server. `getTicketKeys()` does not tell them from random ones. */
export const configuredTicketKeys = (server: TlsServer): boolean =>
  (server as unknown as { ticketKeys?: Buffer }).ticketKeys !== undefined
