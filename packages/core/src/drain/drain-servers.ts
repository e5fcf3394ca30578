import type { Settings } from '../options/options.ts'
import { within } from '../node/within.ts'
import type { Draining } from './draining.ts'
import { startDrain } from './start-drain.ts'
import type { Ledger } from './ledger.ts'
import { emptyLedger } from './ledger.ts'

/** How long closing may take after everything was cut. ms */
const AFTER_CUT = 1000

/**
 * Drains all servers at the same time. At `drainTimeout` it cuts, counts and logs what is left.
 * @param ledger where it counts, as it goes
 */
export async function drainServers(
  servers: readonly Omit<Draining, 'ledger' | 'time'>[],
  noMoreCome: Promise<void>,
  { drainTimeout: timeout, logger }: Settings,
  ledger: Ledger = emptyLedger(),
): Promise<Ledger> {
  const began = performance.now()
  const drains = servers.map((server) => startDrain({ ...server, ledger, time: timeout }, noMoreCome))
  const drained = Promise.all(drains.map((drain) => drain.drained))

  if (!(await within(timeout, drained))) {
    for (const { drain } of drains) drain.cut()
    await within(AFTER_CUT, drained)
    if (ledger.cut > 0) {
      const cut = ledger.cut === 1 ? '1 connection was' : `${ledger.cut} connections were`
      logger.warn(`drainTimeout: after ${timeout} ms, ${cut} cut with something in flight.`)
    }
  }
  for (const { drain } of drains) drain.end()
  ledger.duration = performance.now() - began
  return ledger
}
