import { setTimeout as pause } from 'node:timers/promises'
import type { Application } from './application.ts'
import { ask } from './question.ts'
import type { Running } from './running.ts'

/** How long it takes in most cases, in ms: longer than the kernel takes to list many connections, which is asked first. */
const SLOW = 5000

/** How long after the signal a client goes on with what it has begun, in ms. */
const LATER = 500

/** What became of an application that was ended with a request in flight. */
export interface Ending {
  readonly outcome: string
  /** The exit code of the process that was signalled, or what ended it; of a successor it is not known. */
  readonly exit: number | NodeJS.Signals | undefined
  /** What the application said of it. */
  readonly cleanedUp: string[]
  /** From the signal to the end of the last process, in ms. */
  readonly took: number
}

/**
 * Sends SIGTERM, as a supervisor does.
 * @param ms how long the request takes that is in flight
 */
export async function end(running: Running, { question }: Application, ms: number = SLOW): Promise<Ending> {
  const asked = await ask(running.place, question(ms))
  const before = running.cleanedUp.length
  const since = performance.now()
  const { supervised: pid, server } = running
  await asked.checkInFlight()
  process.kill(pid, 'SIGTERM')
  await pause(LATER)
  const outcome = await asked.finish()
  await running.ended()
  const took = performance.now() - since
  const exit = await server.waitForExit(pid)
  return { outcome, exit, cleanedUp: running.cleanedUp.slice(before), took }
}

export const inWords = ({ outcome, exit, cleanedUp, took }: Ending): string =>
  [outcome, ...cleanedUp.map((what) => `cleaned up: ${what}`), `${exit} after ${Math.round(took)} ms`].join(', ')
