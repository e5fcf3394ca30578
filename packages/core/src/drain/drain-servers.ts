import type { Settings } from '../options/options.ts'
import { within } from '../node/within.ts'
import type { Draining } from './draining.ts'
import { startDrain } from './start-drain.ts'
import type { Ledger } from './ledger.ts'
import { emptyLedger } from './ledger.ts'

/** How long closing may take after everything was cut. ms */
const AFTER_CUT = 1000

/**
 * Drains all servers at the same time. At `drainTimeout` it cuts, counts and logs what is left; what was cut before, it
 * logs as well.
 * @param ledger where it counts, as it goes
 * @param cutBefore resolves with the reason, if it has to cut before that
 */
export async function drainServers(
  servers: readonly Omit<Draining, 'ledger' | 'time'>[],
  noMoreCome: Promise<void>,
  { drainTimeout: timeout, logger }: Settings,
  ledger: Ledger = emptyLedger(),
  cutBefore: Promise<string> = new Promise(() => {}),
): Promise<Ledger> {
  const began = performance.now()
  const drains = servers.map((server) => startDrain({ ...server, ledger, time: timeout }, noMoreCome))
  const drained = Promise.all(drains.map((drain) => drain.drained))

  let drainedOrCut: string | undefined
  const over = Promise.race([drained.then(() => undefined), cutBefore]).then((reason) => void (drainedOrCut = reason))
  const why = (await within(timeout, over)) ? drainedOrCut : `drainTimeout: after ${timeout} ms`
  const early = ledger.cut
  if (early > 0)
    logger.warn(`${were(early)} cut with a request unanswered, by the application or a timeout of its own.`)
  if (why !== undefined) {
    for (const { drain } of drains) drain.cut()
    await within(AFTER_CUT, drained)
    const late = ledger.cut - early
    if (late > 0) logger.warn(`${why}, ${were(late)} cut with something in flight.`)
  }
  for (const { drain } of drains) drain.end()
  ledger.duration = performance.now() - began
  return ledger
}

const were = (connections: number): string =>
  connections === 1 ? '1 connection was' : `${connections} connections were`
