import { once } from 'node:events'
import type { RequestListener, Server } from 'node:http'
import { createServer } from 'node:net'
import type { Accept } from '../../../src/handover/kinds/kind.ts'
import { accepting } from '../../../src/node/internals/accepting.ts'
import { nativeHandle } from '../../../src/node/internals/handles.ts'
import type { Client } from '../../support/http.ts'
import { converse, serve } from '../../support/http.ts'
import { listen } from '../../support/servers.ts'

export interface Moved {
  /** The client of the connection that comes. */
  client: Client
  accept: Accept
  /** Its native handle, which nobody reads. */
  connection: object
}

/** A connection that came to another server, and is to be served by this one. */
export async function moved(server: Server): Promise<Moved> {
  const { client, socket } = await converse(await listen(createServer({ pauseOnConnect: true })))
  return { client, accept: accepting(server) as Accept, connection: nativeHandle(socket) as object }
}

/** The same, of a server that begins here. */
export const serving = async (handler: RequestListener): Promise<Moved & { server: Server }> => {
  const { server } = await serve(handler)
  return { server, ...(await moved(server)) }
}

/** The next error of this process that is uncaught, which Vitest does not get. */
export async function nextUncaught(): Promise<unknown> {
  const others = process.listeners('uncaughtException')
  process.removeAllListeners('uncaughtException')
  const [error] = (await once(process, 'uncaughtException')) as [unknown]
  for (const listener of others) process.on('uncaughtException', listener)
  return error
}
