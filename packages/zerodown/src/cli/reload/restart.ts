import { CommandError } from '../command.ts'
import type { Reload } from './arguments.ts'
import { DEFAULT_TIMEOUT } from './arguments.ts'
import { readPid, readPidFile, watchPidFile } from './pid-file.ts'
import { restartSlots } from './supervised.ts'
import { isAlive, isDeafTo, startOf } from './processes.ts'

const SIGNAL = 'SIGUSR2'

/** How much younger than its pid file a process may seem to be: file systems and /proc count roughly. ms */
const SAME_TIME = 2000

/**
 * Restarts a server.
 * @throws {CommandError} why the restart did not happen, what that means for the service, and what to do
 */
export async function restart(server: Reload, print: (text: string) => void): Promise<void> {
  if ('pid' in server) {
    trigger(server.pid)
    return print(
      `Sent ${SIGNAL} to process ${server.pid}. The server's log tells how the restart ends. With --pid-file, this command waits for it.\n`,
    )
  }
  const { timeout } = server
  if ('control' in server) {
    if (await restartSlots(server.control, timeout, print)) return
    throw new CommandError(
      `nobody listens on ${server.control}. Is zerodown run running, with this path as its control?`,
    )
  }
  const { pidFile } = server
  if (await restartSlots(`${pidFile}.sock`, timeout, print)) return
  const old = pidIn(pidFile)
  trigger(old, ` (named by ${pidFile})`)
  print(`${await successorOf(old, pidFile, timeout ?? DEFAULT_TIMEOUT)}\n`)
}

function pidIn(pidFile: string): number {
  let named: ReturnType<typeof readPidFile>
  try {
    named = readPidFile(pidFile)
  } catch (error) {
    throw new CommandError(
      `cannot read ${pidFile} (${(error as Error).message}). Is the server running, with this file as its pidFile?`,
      { cause: error },
    )
  }
  const { pid, written } = named
  if (pid === undefined) throw new CommandError(`${pidFile} holds no pid. Is it the server's pidFile?`)
  const started = startOf(pid)
  if (started !== undefined && started > written + SAME_TIME) {
    throw new CommandError(
      `process ${pid} is younger than ${pidFile}, which names it: the server has ended, and another process has ` +
        `its pid. Nothing was sent. Start the server; or, if that is the server, use: zerodown reload ${pid}`,
    )
  }
  return pid
}

function trigger(pid: number, from = ''): void {
  if (!isAlive(pid)) throw new CommandError(`there is no process ${pid}${from}. Start the server.`)
  if (isDeafTo(SIGNAL, pid)) {
    throw new CommandError(
      `process ${pid}${from} does not listen to ${SIGNAL}, which would end it; nothing was sent. ` +
        'Is it a server with zerodown, and does it listen already?',
    )
  }
  try {
    process.kill(pid, SIGNAL)
  } catch (error) {
    throw new CommandError(whyNot(error as NodeJS.ErrnoException, pid, from), { cause: error })
  }
}

function whyNot(error: NodeJS.ErrnoException, pid: number, from: string): string {
  if (error.code === 'ESRCH') return `there is no process ${pid}${from}. Start the server.`
  if (error.code === 'EPERM') {
    return `not permitted to signal process ${pid}${from}. Run this as the user that the server runs as, or as root.`
  }
  return `cannot signal process ${pid}${from}: ${error.message}`
}

/** Waits until the file names another process. The old one writes it there when it hands over. */
async function successorOf(old: number, pidFile: string, timeout: number): Promise<number> {
  const successor = await watchPidFile(pidFile, timeout, () => {
    // In this order: the old process names its successor before it ends.
    const serves = isAlive(old)
    const named = namedBy(pidFile)
    if (named !== undefined && named !== old && isAlive(named)) return named
    if (!serves) throw gone(old, named)
    return undefined
  })
  if (successor !== undefined) return successor
  throw new CommandError(
    `after ${timeout} ms process ${old} is still in charge: the restart failed, or takes longer (see --timeout). ` +
      `Process ${old} serves on as before. The server's log says why; fix it and reload again.`,
  )
}

function namedBy(pidFile: string): number | undefined {
  try {
    return readPid(pidFile)
  } catch {
    return undefined // A server that ends removes its file.
  }
}

function gone(old: number, named: number | undefined): CommandError {
  // A server that ends in good order removes the file.
  if (named === old) {
    return new CommandError(
      `process ${old} has ended before it had handed over. The service is down, unless its successor takes over by ` +
        "itself. The server's log says why; start the server again if it does not answer.",
    )
  }
  const successor = named === undefined ? 'without a successor' : `and so has its successor ${named}`
  return new CommandError(
    `process ${old} has ended, ${successor}: the service is down. The server's log says why; start the server again.`,
  )
}
