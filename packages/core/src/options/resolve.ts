import { defaultLogger, silentLogger } from '../logger.ts'
import type { Options, Settings, Signals } from './options.ts'

export function resolve(options: Options): Settings {
  return {
    signals: {
      restart: namesOf(options.signals, 'restart', ['SIGUSR2']),
      shutdown: namesOf(options.signals, 'shutdown', ['SIGTERM', 'SIGINT']),
      leave: namesOf(options.signals, 'leave', []),
    },
    readiness: options.readiness ?? 'auto',
    readyTimeout: options.readyTimeout ?? 60_000,
    probation: options.probation ?? 1000,
    drainTimeout: options.drainTimeout ?? 20_000,
    handover: options.handover ?? true,
    shutdownDelay: options.shutdownDelay ?? 0,
    pidFile: options.pidFile,
    launch: options.launch ?? {},
    exit: options.exit ?? true,
    logger: options.logger === false ? silentLogger : (options.logger ?? defaultLogger),
  }
}

function namesOf(
  signals: Options['signals'],
  use: keyof Signals,
  byDefault: NodeJS.Signals[],
): readonly NodeJS.Signals[] {
  const names = signals === false ? false : signals?.[use]
  if (names === false) return []
  if (names === undefined) return byDefault
  return typeof names === 'string' ? [names] : names
}
