import type { ChildProcess } from 'node:child_process'
import { execFile, spawn } from 'node:child_process'
import cluster from 'node:cluster'
import { Socket } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'

/** Longer than a busy machine needs for a fork and a datagram; systemd's view may lag, the restart must not hang. */
const NOTIFY_TIMEOUT = 5000

/** In a cluster, systemd has started the primary. */
const isService = (): boolean => Boolean(process.env['NOTIFY_SOCKET']) && !cluster.isWorker

/**
 * Tells systemd about this service, where systemd started it with `Type=notify` and `NotifyAccess=all`; elsewhere it
 * does nothing. It runs `systemd-notify`, since Node cannot write to a unix datagram socket. See sd_notify(3) for the
 * variables.
 * @returns the reason, if systemd could not be told
 */
export function notifySystemd(...variables: string[]): Promise<Error | undefined> {
  if (!isService()) return Promise.resolve(undefined)
  return new Promise((done) => {
    try {
      execFile('systemd-notify', variables, { timeout: NOTIFY_TIMEOUT }, (error) => done(error ?? undefined))
    } catch (error) {
      done(error as Error) // It throws if no process can be started, for example for lack of memory.
    }
  })
}

/**
 * $1 is the server, $2 the signals that may come to it. While the shell is the main process, it passes signals on to
 * the server, and also for a moment after that: a sender may have asked for the pid before. Until it is the main
 * process, a signal that comes is for every process of the unit, and the server gets its own.
 */
const STAND_IN = `
trap '' INT HUP $2
read -r go || exit
for signal in $2; do trap "kill -$signal $1" $signal; done
systemd-notify MAINPID=$$ || exit
until systemd-notify MAINPID=$1; do kill -0 $1 || exit; sleep 1; done
echo done
sleep 1 &
wait`

/**
 * Makes systemd see that this process is its own child. It was not yet when the predecessor announced it, and
 * `systemctl stop` does not wait for the end of a process that is not systemd's child: it would kill the server before
 * it has drained. systemd looks again only at a pid that is new to it. So for a moment another one is announced, that
 * of a shell. The shell is started before the predecessor goes, so that this process is never alone while systemd takes
 * it for a stranger.
 */
export class StandIn {
  readonly #shell: ChildProcess | undefined
  readonly #ended: Promise<Error | undefined>

  /** @returns `undefined` where systemd did not start this service */
  static start(signals: readonly NodeJS.Signals[]): StandIn | undefined {
    return isService() ? new StandIn(signals) : undefined
  }

  private constructor(signals: readonly NodeJS.Signals[]) {
    const { shell, ended } = startShell(signals)
    this.#shell = shell
    this.#ended = ended
  }

  /**
   * To be called when the predecessor has gone.
   * @returns the reason, if systemd could not be told
   */
  async becomeChildOfSystemd(predecessor: number): Promise<Error | undefined> {
    if (!(await isAdopted(predecessor))) return this.dismiss()
    const told = new Promise<undefined>((resolve) => this.#shell?.stdout?.once('data', () => resolve(undefined)))
    this.#shell?.stdin?.end('go\n')
    return Promise.race([told, this.#ended])
  }

  /** Ends the shell, which is not needed any more. */
  dismiss(): undefined {
    this.#shell?.stdin?.end()
  }
}

/**
 * Starts a shell that keeps no process alive. `ended` resolves with the reason why it has ended, or could not be
 * started.
 */
function startShell(signals: readonly NodeJS.Signals[]): { shell: ChildProcess | undefined; ended: Promise<Error> } {
  const names = signals.map((signal) => signal.slice('SIG'.length)).join(' ')
  const args = ['-c', STAND_IN, 'sh', String(process.pid), names]
  let shell: ChildProcess
  try {
    shell = spawn('sh', args, { stdio: ['pipe', 'pipe', 'ignore'] })
  } catch (error) {
    return { shell: undefined, ended: Promise.resolve(error as Error) } // For example for lack of memory.
  }
  const ended = new Promise<Error>((resolve) => {
    shell.on('error', resolve)
    shell.once('exit', (code, signal) => resolve(new Error(`the helper shell ended with ${signal ?? code}`)))
  })
  shell.unref()
  // Where no descriptor is left there are no pipes, and the error comes as an event.
  shell.stdin?.on('error', () => {}) // The shell has ended; its 'exit' tells.
  for (const pipe of [shell.stdin, shell.stdout]) if (pipe instanceof Socket) pipe.unref()
  return { shell, ended }
}

/**
 * Waits until systemd has adopted this process: a process that ends closes its channel first, and gives its children
 * away only then.
 */
async function isAdopted(predecessor: number): Promise<boolean> {
  for (let times = 0; times < 100 && process.ppid === predecessor; times += 1) await wait(10)
  return process.ppid !== predecessor
}
