import { constants } from 'node:os'

/** Of a process that ends because it was told to: 0, and what shells and supervisors make of the two stop signals. */
const STOPS = new Set([0, 128 + constants.signals.SIGINT, 128 + constants.signals.SIGTERM])

/** Whether an exit code means a stop, and no crash. */
export const isStop = (code: number): boolean => STOPS.has(code)

/**
 * Runs `action` when this process ends by itself, by an error or by `process.exit()`, whoever calls that. Nothing that
 * takes longer than the call is done then. https://nodejs.org/api/process.html#event-exit
 * @returns takes it back
 */
export function atExit(action: (code: number) => void): () => void {
  // First: a listener of the application's that throws ends the others.
  process.prependListener('exit', action)
  return () => void process.off('exit', action)
}
