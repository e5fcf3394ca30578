import { CommandError } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import { readPid, watchPidFile } from '../service/pid-file.ts'
import { isAlive, isSupervisor } from '../service/processes.ts'
import { named, pidIn, trigger } from '../service/signalling.ts'

/** Longer than a restart may take, as readyTimeout and probation are by default. ms */
export const DEFAULT_TIMEOUT = 90_000

/**
 * Restarts a server that has no control socket, and keeps a pid file.
 * @param timeout ms
 * @returns who is in charge then
 * @throws {CommandError} why the restart did not happen, what that means for the service, and what to do
 */
export async function restartNamedBy(pidFile: string, signal: NodeJS.Signals, timeout: number): Promise<number> {
  const old = pidIn(pidFile)
  const stays = isSupervisor(old)
  trigger(old, signal, named(pidFile))
  if (stays) throw unseen(old, pidFile, signal)
  return successorOf(old, pidFile, timeout)
}

/** Waits until the file names another process. The old one writes it there when it hands over. */
async function successorOf(old: number, pidFile: string, timeout: number): Promise<number> {
  const successor = await watchPidFile(pidFile, timeout, () => {
    // In this order: the old process names its successor before it ends.
    const serves = isAlive(old)
    const inFile = namedBy(pidFile)
    if (inFile !== undefined && inFile !== old && isAlive(inFile)) return inFile
    if (!serves) throw gone(old, inFile)
    return undefined
  })
  if (successor !== undefined) return successor
  throw new CommandError(
    `after ${timeout} ms process ${old} is still in charge: the restart failed, or takes longer (see --timeout). ` +
      `Process ${old} serves on as before. The server's log says why; fix it and reload again.`,
    { exitCode: EXIT.timedOut },
  )
}

/** Its pid is the same before and after, so there is nothing to wait for. */
const unseen = (pid: number, pidFile: string, signal: string): CommandError =>
  new CommandError(
    `process ${pid} (named by ${pidFile}) is zerodown run, and has no control socket at ${pidFile}.sock: nothing tells ` +
      `when its restart is over. ${signal} was sent, and its log tells the rest. Its option control gives it a socket.`,
    { exitCode: EXIT.timedOut },
  )

function namedBy(pidFile: string): number | undefined {
  try {
    return readPid(pidFile)
  } catch {
    return undefined // A server that ends removes its file.
  }
}

function gone(old: number, inFile: number | undefined): CommandError {
  // A server that ends in good order removes the file.
  if (inFile === old) {
    return new CommandError(
      `process ${old} has ended before it had handed over. The service is down, unless its successor takes over by ` +
        "itself. The server's log says why; start the server again if it does not answer.",
      { exitCode: EXIT.lost },
    )
  }
  const successor = inFile === undefined ? 'without a successor' : `and so has its successor ${inFile}`
  return new CommandError(
    `process ${old} has ended, ${successor}: the service is down. The server's log says why; start the server again.`,
    { exitCode: EXIT.lost },
  )
}
