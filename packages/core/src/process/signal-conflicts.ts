import type { Ancestor } from './ancestors.ts'
import { isOne } from './ancestors.ts'

/**
 * Finds who else uses the signals of a restart, in this process or above it, and says what to do. Nest's
 * `enableShutdownHooks()` closes the application on SIGUSR2 and then ends the process by it. nodemon sends SIGUSR2,
 * waits for its child to end, and starts the program again, which then finds its address in use by the successor.
 */
export function signalConflicts(
  signals: readonly NodeJS.Signals[],
  ancestors: () => readonly Ancestor[] | undefined,
): string[] {
  const heard = signals.filter((signal) => process.listenerCount(signal) > 1)
  const nodemon = signals.includes('SIGUSR2') && (ancestors() ?? []).some(isNodemonOfSigusr2)
  return [
    ...heard.map(
      (signal) =>
        `${signal}: something else in this process listens to it as well. If that ends the process or closes its servers, ` +
        `${anotherSignal(signal)}. In Nest, import ZerodownModule.forRoot() of @zerodown/nest.`,
    ),
    ...(nodemon
      ? [
          'SIGUSR2: nodemon sends it to end this process, but here it starts a successor, which nodemon does not know. ' +
            `Run nodemon --signal SIGTERM, or ${anotherSignal('SIGUSR2')}.`,
        ]
      : []),
  ]
}

/** nodemon reads the signal from a file as well; that is not looked for. */
const isNodemonOfSigusr2 = (ancestor: Ancestor): boolean =>
  isOne(ancestor, new Set(['nodemon'])) &&
  !ancestor.args.some((arg, at) => /^(-s|--signal)$/.test(arg) && ancestor.args[at + 1] !== 'SIGUSR2')

/** Nest does not listen to SIGWINCH, and SIGWINCH ends no process that does not listen to it. */
const OTHERS: readonly NodeJS.Signals[] = ['SIGHUP', 'SIGUSR2', 'SIGWINCH']

function anotherSignal(than: NodeJS.Signals): string {
  const other = OTHERS.find((signal) => signal !== than && process.listenerCount(signal) === 0) ?? 'SIGWINCH'
  return `let another signal start restarts (signals: { restart: '${other}' }, or ZERODOWN_SIGNALS_RESTART=${other})`
}
