import { isDeepStrictEqual } from 'node:util'
import type { ServerProcess } from '../../support/index.ts'

/** One line of the fixture `controlled`: an event, the generation that had it, and its message. */
export interface Told {
  event: string
  by: number
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
export function eventsOf(server: ServerProcess): Told[] {
  return server.output.lines.filter((line) => line.startsWith('{"event"')).map((line) => JSON.parse(line) as Told)
}

/** The first event like this, told already or still to come. */
export function waitForEvent(server: ServerProcess, like: Partial<Told>, timeout = 15_000): Promise<Told> {
  const matches = (told: Told): boolean =>
    Object.entries(like).every(([name, value]) => isDeepStrictEqual(told[name as keyof Told], value))
  return server.output.watch.until(
    () => eventsOf(server).find(matches),
    () => `the event ${JSON.stringify(like)}. ${server.output}`,
    timeout,
  )
}
