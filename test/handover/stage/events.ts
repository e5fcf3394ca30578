import type { Ledger } from 'zerodown'
import type { Told } from '../../support/events.ts'
import { waitForEvent } from '../../support/events.ts'
import type { ServerProcess } from '../../support/index.ts'

export type { Ledger } from 'zerodown'

interface Messages {
  draining: { reason: string }
  committed: { pid: number; generation: number }
  inCharge: { how: string }
  received: { connections: number }
  drained: Ledger
  stopped: Ledger
  'close called back': object
  'server closed': object
  'channel ended': object
}

/** What that generation of the `handover` fixture has told, or will tell. */
export function told<Name extends keyof Messages>(
  server: ServerProcess,
  by: number,
  event: Name,
): Promise<Messages[Name]> {
  return waitForEvent<Messages[Name]>(server, { event, by } as Partial<Told & Messages[Name]>, 20_000)
}

/** What became of the connections of that generation, without how long it took. */
export async function ledgerOf(server: ServerProcess, by: number): Promise<Omit<Ledger, 'duration'>> {
  const { finished, handedOver, unconfirmed, closedIdle, cut } = await told(server, by, 'drained')
  return { finished, handedOver, unconfirmed, closedIdle, cut }
}

/** A ledger with these counts, and nothing else in it. */
export const counts = (some: Partial<Ledger>): Omit<Ledger, 'duration'> => ({
  finished: 0,
  handedOver: 0,
  unconfirmed: 0,
  closedIdle: 0,
  cut: 0,
  ...some,
})
