import { constants } from 'node:os'

/**
 * The exit codes of a process that was told to end: 0, and what shells and supervisors make of the two stop signals.
 */
const STOPS = new Set([0, 128 + constants.signals.SIGINT, 128 + constants.signals.SIGTERM])

/** Whether an exit code means that the process was stopped, and has not crashed. */
export const isStop = (code: number): boolean => STOPS.has(code)

/**
 * Runs `action` when this process ends: by itself, by an error, or by a `process.exit()` of anybody. Only what it does
 * synchronously is done. https://nodejs.org/api/process.html#event-exit
 * @returns a function that removes it
 */
export function atExit(action: (code: number) => void): () => void {
  // First, as a listener of the application that throws keeps those after it from running.
  process.prependListener('exit', action)
  return () => void process.off('exit', action)
}
