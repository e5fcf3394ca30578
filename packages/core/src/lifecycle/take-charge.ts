import { resolve } from 'node:path'
import { ControlServer } from '../control/control-server.ts'
import { messageOf } from '../errors.ts'
import { keyOf } from '../listeners/key.ts'
import type { Settings } from '../options/options.ts'
import { serving } from '../process/main-pid/status-line.ts'
import type { TakeOver } from '../restart/predecessor.ts'
import type { AttachedServer } from '../servers/attached-server.ts'
import type { Context } from './context.ts'

/**
 * Does what a process has to do that is ready and in charge: announces its pid, closes the inherited listeners that it
 * does not want, and opens its unix paths.
 * @param how by a commit, or because its predecessor is gone; `undefined`: from the start, or again
 */
export function takeCharge(context: Context, how: TakeOver | undefined): void {
  const { settings, origin, servers, mainPid, watchdog, emit } = context
  openControl(context)
  origin.supervisor?.announceInCharge(origin.generation)
  watchdog.start()
  // On commit the predecessor has already written our pid (pid file, systemd).
  if (how !== 'commit') void mainPid.announceSelf(serving(origin.generation))
  else void confirmWhenAlone(context)
  for (const listener of origin.listeners.drop(origin.supervisor === undefined)) {
    origin.supervisor?.release(listener)
    emit('dropped', { key: keyOf(listener.bound) })
  }
  for (const server of servers.listening) openPath(server, settings)
}

/** Confirms to systemd that this process is in charge, when its predecessor has gone. */
async function confirmWhenAlone({ settings, origin, mainPid, state }: Context): Promise<void> {
  if (origin.predecessor === undefined) return
  await mainPid.confirmToSystemd(origin.predecessor, [...settings.signals.restart, 'SIGTERM'])
  if (state.current === 'serving') await mainPid.announceReloaded(serving(origin.generation))
}

/** Gives a unix path the permissions that `listen()` asked for. */
export function openPath({ key, path }: AttachedServer, { logger }: Pick<Settings, 'logger'>): void {
  try {
    path?.open()
  } catch (error) {
    logger.warn(`${key} keeps the permissions that it had: ${messageOf(error)}`)
  }
}

/** Opens the control socket: who finds the pid file finds it as well. Under a supervisor, that has one. */
function openControl({ settings, origin, control }: Context): void {
  const { pidFile, control: asked, logger } = settings
  const path = asked ?? (pidFile === undefined ? undefined : `${pidFile}.sock`)
  if (path === undefined || path === false || origin.supervisor !== undefined) return
  // Where nobody has asked for it, it is no fault that there is none.
  const say = asked === undefined ? logger.info.bind(logger) : logger.warn.bind(logger)
  control.open(new ControlServer(resolve(origin.startCommand.cwd, path), control, say))
}
