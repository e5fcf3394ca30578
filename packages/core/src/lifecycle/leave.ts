import { sayLeaving } from '../channel/peers.ts'
import type { AttachedServer } from '../servers/attached-server.ts'
import type { Ledger } from '../drain/ledger.ts'
import { describeLedger } from '../drain/ledger.ts'
import { drainServers } from '../drain/drain-servers.ts'
import { Handover } from '../handover/send/handover.ts'
import { SocketSender } from '../handover/send/socket-sender.ts'
import { KINDS, movableKinds } from '../handover/kinds/kinds.ts'
import type { ShutdownHooks } from '../process/shutdown-hooks.ts'
import { LEAST_TIME } from '../process/shutdown-hooks.ts'
import type { Predecessor } from '../restart/predecessor.ts'
import { within } from '../node/within.ts'
import type { Context } from './context.ts'
import { sayKindFailures } from './kind-failures.ts'
import type { Restarts } from './restarts.ts'

/** How much longer than its own drain a predecessor may take to leave, before its successor leaves without it. ms */
const PREDECESSOR_TRAILS = 10_000

export interface Leaving extends Context {
  readonly hooks: ShutdownHooks
  readonly restarts: Restarts
}

/**
 * Takes a process through its last steps, after a restart or at a shutdown: it drains, lets its predecessor leave first, and
 * runs the hooks.
 * @param servers those that listen, or have connections
 */
export async function leave(
  { settings, hooks, emit, origin, restarts }: Leaving,
  servers: readonly AttachedServer[],
  ledger: Ledger,
): Promise<void> {
  const { taker } = restarts
  const { drainTimeout, logger } = settings
  const failed = sayKindFailures(
    logger,
    (kind) => `the kind of connection ${kind} has thrown; connections of it may stay with this process until they end`,
  )
  const handover =
    settings.handover && taker !== undefined
      ? new Handover(new SocketSender(taker.successor.channel), taker.successor.accepts, drainTimeout, failed)
      : undefined
  const draining = servers.map((attached) => {
    const listener = taker?.passed.descriptorOf(attached)
    const { server, connections, key } = attached
    const moved = (frozen: number): void => emit('moved', { key, frozen })
    if (handover === undefined || listener === undefined) return { server, connections, handover: undefined, failed }
    const accepted = handover.accepted(listener, KINDS)
    for (const why of attached.obstacles(accepted)) logger.info(why)
    const kinds = movableKinds(server, accepted)
    const moving = kinds.length > 0 ? { to: handover, listener, kinds, moved } : undefined
    return { server, connections, handover: moving, failed }
  })
  const predecessorGone = untilGone(origin.predecessor, drainTimeout + PREDECESSOR_TRAILS)
  const movesOver = origin.supervisor?.endMoves(taker === undefined ? 'for good' : 'to a successor')
  const noMoreCome = Promise.all([predecessorGone, movesOver && within(drainTimeout, movesOver)]).then(() => {})

  let isCut = false
  const cut = origin.chain.cut.then((most) => {
    isCut = true
    return `maxGenerations: ${most} processes of this service may live at a time, and this is the oldest; to make room`
  })
  await drainServers(draining, noMoreCome, settings, ledger, cut)
  handover?.stop()
  logger.info(`drained: ${describeLedger(ledger)}`)
  emit('drained', ledger)
  await predecessorGone
  const timeLeft = isCut ? 0 : drainTimeout - ledger.duration
  if (taker !== undefined) await sayLast(timeLeft)
  await hooks.run(timeLeft, { reason: taker === undefined ? 'shutdown' : 'restart' }, logger)
}

/** Parts of the application tell the same parts of the successor what they have not told yet. */
async function sayLast(timeLeft: number): Promise<void> {
  const time = Math.max(timeLeft, LEAST_TIME)
  const said = sayLeaving(time)
  if (said !== undefined) await within(time, said)
}

/** A generation leaves only after its predecessor, which passes triggers and connections on to it. */
async function untilGone(predecessor: Predecessor | undefined, patience: number): Promise<void> {
  if (predecessor?.takeOver !== 'commit') return
  // By now its timer may be all that keeps the process alive, which has hooks to run.
  await within(patience, predecessor.gone)
}
