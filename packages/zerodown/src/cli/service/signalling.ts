import { CommandError } from '../command.ts'
import type { ExitCode } from '../exit-codes.ts'
import { EXIT } from '../exit-codes.ts'
import { readPidFile } from './pid-file.ts'
import { isAlive, isDeafTo, startOf } from './processes.ts'

/** How much younger than its pid file a process may seem to be: file systems and /proc count roughly. ms */
const SAME_TIME = 2000

/**
 * The process that a pid file names.
 * @throws {CommandError} if there is none, or another process has its pid by now
 */
export function pidIn(pidFile: string): number {
  let read: ReturnType<typeof readPidFile>
  try {
    read = readPidFile(pidFile)
  } catch (error) {
    throw failure(whyUnread(pidFile, error as NodeJS.ErrnoException), EXIT.nobody, error)
  }
  const { pid, written } = read
  if (pid === undefined) throw failure(`${pidFile} holds no pid. Is it the server's pidFile?`, EXIT.nobody)
  const started = startOf(pid)
  if (started !== undefined && started > written + SAME_TIME) {
    throw failure(
      `process ${pid} is younger than ${pidFile}, which names it: the server has ended, and another process has ` +
        `its pid. Nothing was sent. Start the server; or, if that is the server, give its PID, ${pid}.`,
      EXIT.nobody,
    )
  }
  return pid
}

/** A server that starts has no pid file yet, and one that has ended has none any more. */
const whyUnread = (pidFile: string, { code, message }: NodeJS.ErrnoException): string =>
  code === 'ENOENT'
    ? `nobody is there: there is no ${pidFile}. A server writes it as soon as it serves: start it, or wait until it does. ` +
      'Is that file its pidFile?'
    : `cannot read ${pidFile} (${message}). Is it the server's pidFile?`

/**
 * The process that a pid file names, which lives.
 * @throws {CommandError} if there is none
 */
export function livingIn(pidFile: string): number {
  const pid = pidIn(pidFile)
  if (!isAlive(pid)) throw noProcess(pid, named(pidFile))
  return pid
}

/** For messages: who has said that pid. */
export const named = (pidFile: string): string => ` (named by ${pidFile})`

const noProcess = (pid: number, from: string): CommandError =>
  failure(`there is no process ${pid}${from}. Start the server.`, EXIT.nobody)

/**
 * Sends a signal to a server.
 * @throws {CommandError} if it cannot, or the signal would only end the process
 */
export function trigger(pid: number, signal: NodeJS.Signals, from = ''): void {
  if (!isAlive(pid)) throw noProcess(pid, from)
  if (isDeafTo(signal, pid)) {
    throw failure(
      `process ${pid}${from} does not listen to ${signal}, which would end it; nothing was sent. ` +
        'Is it a server with zerodown, and does it listen already?',
      EXIT.refused,
    )
  }
  try {
    process.kill(pid, signal)
  } catch (error) {
    throw whyNot(error as NodeJS.ErrnoException, pid, from)
  }
}

function whyNot(error: NodeJS.ErrnoException, pid: number, from: string): CommandError {
  if (error.code === 'ESRCH') return noProcess(pid, from)
  const why =
    error.code === 'EPERM'
      ? `not permitted to signal process ${pid}${from}. Run this as the user that the server runs as, or as root.`
      : `cannot signal process ${pid}${from}: ${error.message}`
  return failure(why, EXIT.refused, error)
}

const failure = (why: string, exitCode: ExitCode, cause?: unknown): CommandError =>
  new CommandError(why, { exitCode, cause })
