import type { Target } from '@zerodown/load'
import type { ServerOptions, ServerProcess } from '../../support/index.ts'
import { startServer, until } from '../../support/index.ts'
import { told } from './events.ts'
import { Wire } from './wire.ts'

export { restartAndLeave } from '../../support/index.ts'

/** What is particular to one generation. */
export interface Particular {
  /** Reads a line before node:http sees a connection: in place of its listener, or where events are emitted. */
  preambleReader?: 'listener' | 'emit'
  options?: Record<string, unknown>
  http?: Record<string, unknown>
  server?: 'http' | 'https' | 'raw'
  /** Turns for so long as soon as it has taken over. ms */
  busy?: number
  /** Takes so long for every turn of its event loop. ms */
  sluggish?: number
  /** Leaves itself only so many descriptors. */
  leaveDescriptors?: number
  /** Kills itself when one connection more than that has come. */
  killAfter?: number
  /** Closes the channel to its predecessor when one connection more than that has come. */
  endChannelAfter?: number
  /** Closes its servers, and all their connections, when one connection more than that has come. */
  closeAfter?: number
  /** Its servers' keepAliveTimeout from the commit on. ms */
  keepAliveTimeoutFromCommit?: number
}

export interface Choices extends ServerOptions {
  /** Options of node:http. */
  http?: Record<string, unknown>
  generations?: Record<number, Particular>
}

/** The fixture `handover`. */
export function startGenerations({ http, env, ...others }: Choices = {}): Promise<ServerProcess> {
  return startServer('handover', { ...others, env: { HTTP: http, ...env } })
}

/** Restarts, and waits until the successor holds the listeners. */
export async function restartAndCommit(server: ServerProcess): Promise<void> {
  const { generation } = server.latest
  await server.restart()
  await told(server, generation, 'committed')
}

/** Restarts, and waits only until the predecessor has given up the listeners. */
export async function commit(server: ServerProcess): Promise<void> {
  const { generation } = server.latest
  server.signal('SIGUSR2')
  await told(server, generation, 'committed')
}

/** Connections on which nothing is said, each accepted by the generation that serves now. */
export async function openSilent(target: Target, times: number): Promise<Wire[]> {
  const observer = await Wire.open(target)
  const before = await connectionsSeenBy(observer)
  const wires = await Wire.openTimes(target, times)
  await until(async () => (await connectionsSeenBy(observer)) === before + times, `${times} connections`)
  // Long gone by the time a successor is ready.
  observer.destroy()
  return wires
}

/** Connections on which one request was answered. */
export async function openUsed(target: Target, times: number): Promise<Wire[]> {
  const wires = await Wire.openTimes(target, times)
  await Promise.all(wires.map((wire) => wire.ask()))
  return wires
}

/** What a process knows of a connection. */
export interface Seen {
  remoteAddress: string
  remotePort: number
  localPort: number
  connections: number
  openedTimes: number
}

export async function seen(wire: Wire): Promise<Seen> {
  return JSON.parse((await wire.ask('/connection')).body.toString()) as Seen
}

const connectionsSeenBy = async (wire: Wire): Promise<number> => (await seen(wire)).connections
