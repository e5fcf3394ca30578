import { execFile } from 'node:child_process'

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
