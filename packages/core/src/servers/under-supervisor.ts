import { takeTicketKeys, ticketKeysOf } from '../handover/ticket-keys.ts'
import { listeningHandle } from '../node/internals/handles.ts'
import type { Supervisor } from '../restart/supervisor.ts'
import type { AttachedServer } from './attached-server.ts'

/** Gives the supervisor a socket to hold, and shares the keys of TLS sessions with the other slots. */
export function giveToSupervisor(supervisor: Supervisor, { server, key, listener, adopted }: AttachedServer): void {
  const handle = adopted ? undefined : listeningHandle(server)
  if (listener !== undefined && handle !== undefined) supervisor.hold(listener, handle)
  const keys = ticketKeysOf(server)
  if (keys === undefined) return
  void supervisor.shareTicketKeys(key, keys).then((shared) => takeTicketKeys(server, shared))
}
