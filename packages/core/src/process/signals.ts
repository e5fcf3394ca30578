import type { Settings } from '../options/options.ts'

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
  const listen = (signal: NodeJS.Signals, listener: () => void): void => {
    // A stop is passed on to a successor before a listener of the application's ends the process there and then; but on a
    // signal for a restart such a one may close the servers, which is to be known.
    if (signals.shutdown.includes(signal)) process.prependListener(signal, listener)
    else process.on(signal, listener)
  }
  for (const [signal, listener] of listeners) listen(signal, listener)
  // Some applications take all listeners to a signal away before they add their own. Unheard, it would end the process.
  const listenAgain = (signal: NodeJS.Signals, listener: unknown): void => {
    if (listener === listeners.get(signal)) listen(signal, listener as () => void)
  }
  process.on('removeListener', listenAgain)
  return () => {
    process.off('removeListener', listenAgain)
    for (const [signal, listener] of listeners) process.off(signal, listener)
  }
}
