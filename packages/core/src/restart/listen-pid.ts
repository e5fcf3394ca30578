import type { StartCommand } from './start-command.ts'
import type { Inheritance } from './inheritance.ts'

const NAME = 'LISTEN_PID'

/**
 * Makes LISTEN_PID name this process. A service manager that passes sockets to a program says in that variable whom
 * they are for, and sd_listen_fds(3) makes the program check it. It names the predecessor, which could not know the pid
 * of its successor.
 * @returns how this process was started, with the variable as it should have been
 */
export function takeListenPid(startCommand: StartCommand, inheritance: Inheritance | undefined): StartCommand {
  const pid = String(process.pid)
  if (inheritance === undefined || startCommand.env[NAME] !== String(inheritance.predecessor)) return startCommand
  if (process.env[NAME] === startCommand.env[NAME]) process.env[NAME] = pid
  return { ...startCommand, env: { ...startCommand.env, [NAME]: pid } }
}
