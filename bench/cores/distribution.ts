import type { Socket } from 'node:net'
import { connect } from 'node:net'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { ResponseParser } from '@zerodown/load'
import { KeptConnections } from '../shared/kept-connections.ts'
import { progress } from '../shared/progress.ts'
import { Fleet } from './fleet.ts'
import type { Side } from './sides.ts'
import { listeningSocketsOn } from './listening-sockets.ts'

/** How many of the connections each worker has got, the most first. */
export type Shares = readonly number[]

export interface Distribution {
  /** How many sockets listen. */
  readonly sockets: number
  /** While nothing else goes on: one for each of the counts. */
  readonly idle: readonly Shares[]
  /** While others make requests. */
  readonly busy: readonly Shares[]
}

/** Those that make requests meanwhile, without a pause. */
const OTHERS = 20

/** Opens connections, one after the other, that make one request each and stay open. */
export async function measureDistribution(
  what: string,
  side: Side,
  workers: number,
  counts: readonly number[],
): Promise<Distribution> {
  const fleet = await Fleet.start(side, workers)
  const idle: Shares[] = []
  const busy: Shares[] = []
  for (const count of counts) {
    progress(`distribution, ${what}: ${count} connections`)
    idle.push(await distribute(fleet, count))
    busy.push(await amongOthers(fleet, () => distribute(fleet, count)))
  }
  const sockets = listeningSocketsOn(fleet.port)
  await fleet.end()
  return { sockets, idle, busy }
}

async function distribute(fleet: Fleet, count: number): Promise<Shares> {
  const got = new Map(fleet.workers.map((pid) => [pid, 0]))
  const sockets: Socket[] = []
  for (let opened = 0; opened < count; opened++) {
    const { socket, pid } = await open(fleet.port)
    sockets.push(socket)
    got.set(pid, (got.get(pid) ?? 0) + 1)
  }
  for (const socket of sockets) socket.destroy()
  return [...got.values()].toSorted((a, b) => b - a)
}

async function amongOthers<Result>({ port }: Fleet, measure: () => Promise<Result>): Promise<Result> {
  const others = await KeptConnections.open(port, OTHERS)
  const over = new AbortController()
  const ended = (async () => {
    while (!over.signal.aborted) await others.burst(10 * OTHERS)
  })()
  await nextTurn()
  const result = await measure()
  over.abort()
  await ended
  others.close()
  return result
}

/** Resolves when it has got its answer, which is the pid of a worker. */
function open(port: number): Promise<{ socket: Socket; pid: number }> {
  return new Promise((resolve, reject) => {
    const parser = new ResponseParser()
    const socket = connect({ port, host: '127.0.0.1', noDelay: true })
    socket.on('error', reject)
    socket.on('close', () => reject(new Error('the server closed a connection')))
    socket.on('data', (bytes) => {
      for (const { body } of parser.push(bytes)) resolve({ socket, pid: Number(body) })
    })
    socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')
  })
}
