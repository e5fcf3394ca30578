import type { Told as AnyTold } from '../../support/events.ts'
import { eventsOf as allEventsOf, waitForEvent as waitForAny } from '../../support/events.ts'
import type { ServerProcess } from '../../support/index.ts'

/** One line of the fixture `controlled`. */
export interface Told extends AnyTold {
  pid?: number
  generation?: number
  code?: string
  message?: string
  how?: string
  reason?: string
  finished?: number
  closedIdle?: number
  cut?: number
  /** What stood in the pid file at that moment. */
  pidFile?: string | null
}

/** All events so far, in the order in which they were told. */
export const eventsOf = (server: ServerProcess): Told[] => allEventsOf<Told>(server)

/** The first event like this, told already or still to come. */
export const waitForEvent = (server: ServerProcess, like: Partial<Told>, timeout?: number): Promise<Told> =>
  waitForAny<Told>(server, like, timeout)
