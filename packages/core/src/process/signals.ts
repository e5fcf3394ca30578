import type { Settings } from '../options/options.ts'

type Listened = Settings['signals']

/** What ends a supervisor, and its workers with it: it sends them SIGTERM, a terminal sends SIGINT to all. */
export const STOP_SIGNALS: readonly NodeJS.Signals[] = ['SIGTERM', 'SIGINT']

/** The signals of a worker: whatever the application wants, it drains when its supervisor tells it to end. */
export const ofWorker = (signals: Listened): Listened => ({
  ...signals,
  shutdown: [...new Set([...signals.shutdown, ...STOP_SIGNALS])],
})

export interface SignalActions {
  restart(signal: NodeJS.Signals): void
  shutdown(signal: NodeJS.Signals): void
  /** A second SIGINT: somebody at a terminal does not want to wait. */
  exitAtOnce(): void
}

/**
 * Listens to the signals.
 * @returns a function that removes every listener
 */
export function listenToSignals(signals: Pick<Listened, 'restart' | 'shutdown'>, actions: SignalActions): () => void {
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
    // On a shutdown signal our listener comes first: it passes the stop on to a successor before a listener of the
    // application can end the process. On a restart signal it comes last: another listener may close the servers, and
    // we have to know.
    if (signals.shutdown.includes(signal)) process.prependListener(signal, listener)
    else process.on(signal, listener)
  }
  for (const [signal, listener] of listeners) listen(signal, listener)
  // Some applications remove all listeners to a signal before they add their own. Without any, the signal would end the
  // process.
  const listenAgain = (signal: NodeJS.Signals, listener: unknown): void => {
    if (listener === listeners.get(signal)) listen(signal, listener as () => void)
  }
  process.on('removeListener', listenAgain)
  return () => {
    process.off('removeListener', listenAgain)
    for (const [signal, listener] of listeners) process.off(signal, listener)
  }
}
