import type { StartCommand } from './start-command.ts'
import type { Inheritance } from './inheritance.ts'

/** Whom passed sockets are for, sd_listen_fds(3), and who is to say that it lives, sd_watchdog_enabled(3). */
const NAMES = ['LISTEN_PID', 'WATCHDOG_PID']

/**
 * Makes the variables name this process by which a service manager says whom others are for. Programs check it. They
 * name the predecessor, or the supervisor, which could not know the pid of the process that it starts.
 * @returns how this process was started, with the variables as they should have been
 */
export function takePidVariables(startCommand: StartCommand, inheritance: Inheritance | undefined): StartCommand {
  if (inheritance === undefined) return startCommand
  const { predecessor, worker } = inheritance
  const others = new Set([predecessor, worker?.supervisor].filter((pid) => pid !== undefined).map(String))
  const pid = String(process.pid)
  const env = { ...startCommand.env }
  for (const name of NAMES) {
    const before = env[name]
    if (before === undefined || !others.has(before)) continue
    env[name] = pid
    if (process.env[name] === before) process.env[name] = pid
  }
  return { ...startCommand, env }
}
