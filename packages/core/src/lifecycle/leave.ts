import type { AttachedServer } from '../servers/attached-server.ts'
import type { Ledger } from '../drain/ledger.ts'
import { describeLedger } from '../drain/ledger.ts'
import { drainServers } from '../drain/servers.ts'
import type { Emit } from '../events.ts'
import { Handover } from '../handover/send/handover.ts'
import { explainReadBefore, receives } from '../handover/receive/adopt-connection.ts'
import type { Settings } from '../options/options.ts'
import type { ShutdownHooks } from '../process/shutdown-hooks.ts'
import type { PassedListeners } from '../restart/passed-listeners.ts'
import type { Predecessor } from '../restart/predecessor.ts'
import type { Successor } from '../restart/successor.ts'
import { within } from '../node/within.ts'

/** How much longer than its own drain a predecessor may take to leave, before its successor leaves without it. ms */
const PREDECESSOR_TRAILS = 10_000

export interface Leaving {
  readonly settings: Settings
  readonly hooks: ShutdownHooks
  readonly emit: Emit
  readonly predecessor: Predecessor | undefined
  /** Those that listen, or have connections. */
  readonly servers: readonly AttachedServer[]
  /** Who takes over, and what it has inherited; `undefined` at a shutdown. */
  readonly heir: { readonly successor: Successor; readonly passed: PassedListeners } | undefined
}

/** The last steps of a process, by either road: drain, let the predecessor leave first, run the hooks. */
export async function leave({ settings, hooks, emit, predecessor, servers, heir }: Leaving): Promise<Ledger> {
  const { drainTimeout, logger } = settings
  const handover =
    settings.handover && heir !== undefined ? new Handover(heir.successor.connections, drainTimeout) : undefined
  const draining = servers.map((attached) => {
    const listener = heir?.passed.descriptorOf(attached)
    const { server, connections, key } = attached
    const wanted = handover !== undefined && listener !== undefined && handover.takes(listener)
    if (wanted && attached.readBefore) logger.info(explainReadBefore(key))
    const moves = wanted && receives(server, 'http1') && !attached.readBefore
    const moved = (frozen: number): void => emit('moved', { key, frozen })
    return { server, connections, handover: moves ? { to: handover, listener, moved } : undefined }
  })
  const predecessorGone = untilGone(predecessor, drainTimeout + PREDECESSOR_TRAILS)

  const ledger = await drainServers(draining, predecessorGone, settings)
  handover?.end()
  logger.info(`drained: ${describeLedger(ledger)}`)
  emit('drained', ledger)
  await predecessorGone
  await hooks.run(drainTimeout - ledger.duration, { reason: heir === undefined ? 'shutdown' : 'restart' }, logger)
  return ledger
}

/** A generation leaves only after its predecessor, which passes triggers and connections on to it. */
async function untilGone(predecessor: Predecessor | undefined, patience: number): Promise<void> {
  if (predecessor?.takeOver !== 'commit') return
  // By now its timer may be all that keeps the process alive, which has hooks to run.
  await within(patience, predecessor.gone)
}
