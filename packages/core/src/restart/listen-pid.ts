import type { Birth } from './start-command.ts'
import type { Inheritance } from './inheritance.ts'

const NAME = 'LISTEN_PID'

/**
 * A service manager that gives sockets to a program says in LISTEN_PID whom they are for, and sd_listen_fds(3) wants the
 * program to check it. What named the predecessor names this process from now on; only it can know its pid.
 * @returns how this process was started, as if it had been started so
 */
export function takeListenPid(birth: Birth, inheritance: Inheritance | undefined): Birth {
  const pid = String(process.pid)
  if (inheritance === undefined || birth.env[NAME] !== String(inheritance.predecessor)) return birth
  if (process.env[NAME] === birth.env[NAME]) process.env[NAME] = pid
  return { ...birth, env: { ...birth.env, [NAME]: pid } }
}
