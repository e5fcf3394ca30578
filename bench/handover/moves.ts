import { once } from 'node:events'
import { KeptConnections } from '../shared/kept-connections.ts'
import { Measured } from '../shared/measured.ts'

export interface Moves {
  /** Connections moved per second. */
  readonly rate: number
  /** How long each was read by nobody, ms. */
  readonly frozen: readonly number[]
  /** From SIGUSR2 to the end of the old process, ms. */
  readonly exit: number
}

/** Restarts a server with `count` idle connections, and lets it move them (or, with `linger`, not). */
export async function moveByRestart(mode: 'handover' | 'linger', count: number): Promise<Moves> {
  const server = await Measured.start(new URL('server.js', import.meta.url), [mode])
  const connections = await KeptConnections.open(server.port, count)
  const { ledger, frozen, exit } = await server.restart()
  if (mode === 'handover' && ledger.handedOver !== count) throw new Error(`${ledger.handedOver} of ${count} have moved`)
  connections.close()
  await server.end()
  return { rate: (1000 * ledger.handedOver) / ledger.duration, frozen, exit }
}

/** The same number of connections, sent in a bare loop. */
export async function moveInBareLoop(count: number): Promise<Moves> {
  const server = await Measured.start(new URL('bare-loop.js', import.meta.url), [])
  const connections = await KeptConnections.open(server.port, count)
  const told = once(server.child, 'message') as Promise<[number]>
  server.child.send('move')
  const [duration] = await told
  connections.close()
  server.child.kill('SIGKILL')
  return { rate: (1000 * count) / duration, frozen: [], exit: Number.NaN }
}
