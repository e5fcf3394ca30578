import type { StartCommand } from './start-command.ts'
import type { Inheritance } from './inheritance.ts'

const NAME = 'LISTEN_PID'

/**
 * A service manager that gives sockets to a program says in LISTEN_PID whom they are for, and sd_listen_fds(3) wants the
 * program to check it. What named the predecessor names this process from now on; only it can know its pid.
 * @returns how this process was started, as if it had been started so
 */
export function takeListenPid(startCommand: StartCommand, inheritance: Inheritance | undefined): StartCommand {
  const pid = String(process.pid)
  if (inheritance === undefined || startCommand.env[NAME] !== String(inheritance.predecessor)) return startCommand
  if (process.env[NAME] === startCommand.env[NAME]) process.env[NAME] = pid
  return { ...startCommand, env: { ...startCommand.env, [NAME]: pid } }
}
