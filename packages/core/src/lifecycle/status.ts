import type { Ledger } from '../drain/ledger.ts'
import type { Origin } from '../restart/origin.ts'
import { isInCharge } from '../restart/origin.ts'
import { countConnections } from '../servers/count-connections.ts'
import type { Context } from './context.ts'
import type { Status } from '../status.ts'
import { emptyStatus } from '../status.ts'
import type { Restarts } from './restarts.ts'

/** Of a process in which nothing listens yet. */
export const statusBeforeStart = (origin: Origin): Status => ({
  pid: process.pid,
  generation: origin.generation,
  state: 'starting',
  since: Math.round(performance.timeOrigin),
  inCharge: isInCharge(origin),
  ...emptyStatus(),
})

export function statusOf({ origin, state, servers }: Context, restarts: Restarts, ledger: Ledger): Status {
  const { connections, requests } = countConnections(servers)
  return {
    pid: process.pid,
    generation: origin.generation,
    state: state.current,
    since: state.since,
    inCharge: isInCharge(origin),
    listeners: servers.listening.map(({ key, adopted }) => ({ key, adopted })),
    connections,
    requests,
    successor: restarts.successor,
    restartQueued: restarts.queued.waits,
    drain: state.isLeaving ? soFar(ledger, state.since) : undefined,
  }
}

/** Its duration is known only at its end. */
const soFar = (ledger: Ledger, began: number): Ledger => ({
  ...ledger,
  duration: ledger.duration || Date.now() - began,
})
