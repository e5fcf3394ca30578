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
  let named: ReturnType<typeof readPidFile>
  try {
    named = readPidFile(pidFile)
  } catch (error) {
    const why = `cannot read ${pidFile} (${(error as Error).message}). Is the server running, with this file as its pidFile?`
    throw failure(why, EXIT.nobody, error)
  }
  const { pid, written } = named
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

/**
 * Sends a signal to a server.
 * @throws {CommandError} if it cannot, or the signal would only end the process
 */
export function trigger(pid: number, signal: NodeJS.Signals, from = ''): void {
  if (!isAlive(pid)) throw failure(`there is no process ${pid}${from}. Start the server.`, EXIT.nobody)
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
  if (error.code === 'ESRCH') return failure(`there is no process ${pid}${from}. Start the server.`, EXIT.nobody)
  const why =
    error.code === 'EPERM'
      ? `not permitted to signal process ${pid}${from}. Run this as the user that the server runs as, or as root.`
      : `cannot signal process ${pid}${from}: ${error.message}`
  return failure(why, EXIT.refused, error)
}

const failure = (why: string, exitCode: ExitCode, cause?: unknown): CommandError =>
  new CommandError(why, { exitCode, cause })
