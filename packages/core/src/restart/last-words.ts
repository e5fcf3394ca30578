import { atExit } from '../process/exit.ts'
import { keepLastLines } from './last-lines.ts'
import type { Predecessor } from './predecessor.ts'

/** How much of a stack is told: where it was thrown, and no more. */
const STACK_LINES = 2

/**
 * Tells why this process is about to end, where it ends by an error that nobody catches: to whoever started it, an exit
 * code says nothing. https://nodejs.org/api/process.html#event-uncaughtexceptionmonitor
 */
export function reportUncaught(report: (message: string) => void): void {
  process.on('uncaughtExceptionMonitor', (error: unknown) => report(describe(error)))
}

/**
 * Tells the predecessor what this process has written last to stderr, if it ends before it is in charge. Until then it
 * replaces `process.stderr.write()`.
 */
export function reportLastLines(predecessor: Predecessor): void {
  const last = keepLastLines(process.stderr)
  const ignoreExit = atExit(() => {
    if (last.lines.length > 0) predecessor.reportDying(last.lines.join(' | '))
  })
  void predecessor.inCharge.then(() => {
    ignoreExit()
    last.stop()
  })
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { stack = `${error.name}: ${error.message}` } = error
  return stack
    .split('\n')
    .slice(0, STACK_LINES)
    .map((line) => line.trim())
    .join(' ')
}
