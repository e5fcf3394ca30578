import type { Settings } from '../options/options.ts'
import { within } from '../node/within.ts'
import type { Draining } from './draining.ts'
import { startDrain } from './drain.ts'
import type { Ledger } from './ledger.ts'
import { emptyLedger } from './ledger.ts'

/** What closing takes after everything was cut. ms */
const AFTER_CUT = 1000

/**
 * Drains servers side by side; at `drainTimeout` what is left is cut, counted and logged.
 * @param ledger where it is counted, as it happens
 */
export async function drainServers(
  servers: readonly Omit<Draining, 'ledger'>[],
  predecessorGone: Promise<void>,
  { drainTimeout: timeout, logger }: Settings,
  ledger: Ledger = emptyLedger(),
): Promise<Ledger> {
  const began = performance.now()
  const drains = servers.map((server) => startDrain({ ...server, ledger }, predecessorGone))
  const drained = Promise.all(drains.map((drain) => drain.drained))

  if (!(await within(timeout, drained))) {
    for (const { drain } of drains) drain.cut()
    await within(AFTER_CUT, drained)
    if (ledger.cut > 0) {
      logger.warn(`drainTimeout: after ${timeout} ms, ${ledger.cut} connections were cut with something in flight.`)
    }
  }
  for (const { drain } of drains) drain.end()
  ledger.duration = performance.now() - began
  return ledger
}
