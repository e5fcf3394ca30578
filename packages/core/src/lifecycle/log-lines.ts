import { keyOf } from '../listeners/key.ts'
import { thisPlatform, whyNoRestart } from '../process/platform.ts'
import { signalConflicts } from '../process/signal-conflicts.ts'
import type { AttachedServer } from '../servers/attached-server.ts'
import type { Context } from './context.ts'
import { explainShortTimeouts } from './lb-idle-timeout.ts'

/** Logs what an operator has to know before the first restart. */
export function warnAtStart({ settings: { logger }, origin }: Context): void {
  const platform = thisPlatform()
  if (!platform.mayStartProcesses) logger.warn(`no restart is possible: ${whyNoRestart(platform)}`)
  if (origin.ignored !== undefined) {
    logger.warn(`ignored an inheritance in the environment: ${origin.ignored}. Starting as generation 1.`)
  }
}

/** Logs what was not adopted, what else in this process uses the signals of a restart, and timeouts that are too short. */
export function warnWhenReady({ settings, origin, servers }: Context): void {
  const { logger, signals } = settings
  for (const { bound } of origin.listeners.wanted) {
    logger.warn(`nothing listens on ${keyOf(bound)} any more; it will be closed at commit.`)
  }
  for (const { bound, activatedAs = '' } of origin.listeners.unused) {
    const name = keyOf({ kind: 'named', name: activatedAs })
    logger.warn(`no server of zerodown's listens on ${keyOf(bound)}, which the service manager has passed as ${name}.`)
  }
  for (const conflict of signalConflicts(signals.restart, thisPlatform().ancestors)) logger.warn(conflict)
  for (const line of explainShortTimeouts(servers.listening, settings)) logger.warn(line)
}

/** Logs where a server listens. Not for a server that has only looked whether its port is free. */
export function sayListening({ settings, origin, state }: Context, server: AttachedServer, adopted: boolean): void {
  if (!server.server.listening || state.current === 'stopped') return
  settings.logger.info(`generation ${origin.generation} listens on ${server.key}${adopted ? ' (adopted)' : ''}`)
}
