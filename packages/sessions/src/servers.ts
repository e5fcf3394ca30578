import type { Server } from 'node:net'

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
