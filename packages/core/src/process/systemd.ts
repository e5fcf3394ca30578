import { execFile } from 'node:child_process'
import { setTimeout as wait } from 'node:timers/promises'

/** Longer than a busy machine needs for a fork and a datagram; systemd's view may lag, the restart must not hang. */
const NOTIFY_TIMEOUT = 5000

/**
 * Tells systemd about this service, where systemd started it with `Type=notify` and `NotifyAccess=all`; else does
 * nothing. It runs `systemd-notify`, since Node cannot write to a unix datagram socket.
 * See sd_notify(3) for the variables.
 * @returns the reason, if systemd could not be told
 */
export function notifySystemd(...variables: string[]): Promise<Error | undefined> {
  if (!process.env['NOTIFY_SOCKET']) return Promise.resolve(undefined)
  return new Promise((done) => {
    execFile('systemd-notify', variables, { timeout: NOTIFY_TIMEOUT }, (error) => done(error ?? undefined))
  })
}

/** For the length of two announcements the shell gets the signals that are meant for the service, and passes them on. */
const SAY_AGAIN = `
trap '' INT HUP
for signal in $2; do trap "kill -$signal $1" $signal; done
systemd-notify MAINPID=$$ || exit
until systemd-notify MAINPID=$1; do kill -0 $1 || exit; sleep 1; done`

/**
 * Makes systemd see that this process is its own child. When the predecessor announced it, it was not; and of somebody
 * else's child systemd does not await the end: `systemctl stop` would kill it before it has drained. systemd looks
 * again only at a pid that is new to it, so for a moment another one is announced: that of a shell, which must not end
 * before this one is announced again, as its end would be that of the service.
 * @param signals what may come to the main process meanwhile
 * @returns the reason, if systemd could not be told
 */
export async function becomeChildOfSystemd(
  predecessor: number,
  signals: readonly NodeJS.Signals[],
): Promise<Error | undefined> {
  if (!process.env['NOTIFY_SOCKET'] || !(await isAdopted(predecessor))) return undefined
  const names = signals.map((signal) => signal.slice('SIG'.length)).join(' ')
  return new Promise((done) => {
    execFile('sh', ['-c', SAY_AGAIN, 'sh', String(process.pid), names], (error) => done(error ?? undefined))
  })
}

/** A process that ends closes its channel first, and only then gives its children away. */
async function isAdopted(predecessor: number): Promise<boolean> {
  for (let times = 0; times < 100 && process.ppid === predecessor; times += 1) await wait(10)
  return process.ppid !== predecessor
}
