import type { Settings } from '../options.ts'

export interface SignalActions {
  restart(signal: NodeJS.Signals): void
  shutdown(signal: NodeJS.Signals): void
  /** A second SIGINT: somebody at a terminal does not want to wait. */
  exitAtOnce(): void
}

/** Listens to the signals; the function it returns takes every listener away again. */
export function listenToSignals(
  signals: Pick<Settings['signals'], 'restart' | 'shutdown'>,
  actions: SignalActions,
): () => void {
  const listeners = new Map<NodeJS.Signals, () => void>()
  let interrupts = 0
  for (const signal of signals.restart) listeners.set(signal, () => actions.restart(signal))
  for (const signal of signals.shutdown) {
    listeners.set(signal, () => {
      // Supervisors repeat SIGTERM, so only a repeated SIGINT means impatience.
      if (signal === 'SIGINT' && ++interrupts > 1) actions.exitAtOnce()
      else actions.shutdown(signal)
    })
  }
  // Before the application's own, which may end the process there and then: a stop is passed on to a successor first.
  for (const [signal, listener] of listeners) process.prependListener(signal, listener)
  return () => {
    for (const [signal, listener] of listeners) process.off(signal, listener)
  }
}

/**
 * The signals that something else in this process listens to as well, while we do. Nest's `enableShutdownHooks()` closes
 * the application on SIGUSR2 and then ends the process by it: of the restart nothing would be left.
 */
export const heardByOthers = (signals: readonly NodeJS.Signals[]): NodeJS.Signals[] =>
  signals.filter((signal) => process.listenerCount(signal) > 1)
