/** How much of a stack is told: where it was thrown, and no more. */
const LINES = 2

/**
 * Tells why this process is about to end, where it ends by an error that nobody catches: to whoever started it, an exit
 * code says nothing. https://nodejs.org/api/process.html#event-uncaughtexceptionmonitor
 */
export function reportUncaught(report: (message: string) => void): void {
  process.on('uncaughtExceptionMonitor', (error: unknown) => report(describe(error)))
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { stack = `${error.name}: ${error.message}` } = error
  return stack
    .split('\n')
    .slice(0, LINES)
    .map((line) => line.trim())
    .join(' ')
}
