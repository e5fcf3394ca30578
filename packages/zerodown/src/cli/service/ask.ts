import { lstatSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { request } from 'node:http'
import { connect } from 'node:net'
import { CommandError } from '../command.ts'
import { EXIT } from '../exit-codes.ts'

/** How long a service has to begin its answer. It is at its disposal at once, unless it hangs. ms */
const PATIENCE = 10_000

/**
 * Nobody listens there: a process that was killed leaves its path behind, and of a path that is no path, or too long for
 * a socket (EINVAL, by some versions of Node), nobody can.
 */
const NOBODY: ReadonlySet<string | undefined> = new Set([
  'ENOENT',
  'ECONNREFUSED',
  'ENOTSOCK',
  'ENOTDIR',
  'ENAMETOOLONG',
  'EINVAL',
])

/** Whoever listened has just ended, or takes no more clients. */
const CLOSED: ReadonlySet<string | undefined> = new Set(['ECONNRESET', 'EPIPE'])

/** A process lives behind a control socket, and closes connections before it reads from them. */
export class CrowdedError extends CommandError {}

/**
 * Asks whoever listens on a control socket.
 * @returns the answer, of which the head has come; `undefined` where nobody listens
 * @throws {CommandError} and the reason of `signal`
 */
export async function ask(
  control: string,
  method: 'GET' | 'POST',
  path: string,
  signal?: AbortSignal,
): Promise<IncomingMessage | undefined> {
  const file = identify(control)
  try {
    return await exchange(control, method, path, signal)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (NOBODY.has(code)) return undefined
    if (code === 'EACCES' || code === 'EPERM') throw notPermitted(control, error)
    if (!CLOSED.has(code)) throw error
    if (await listensStill(control, file)) throw crowded(control, error)
    if (method === 'GET') return undefined
    throw endedMeanwhile(error)
  }
}

function exchange(
  socketPath: string,
  method: string,
  path: string,
  signal: AbortSignal | undefined,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const sent = request({ socketPath, method, path, signal, agent: false })
    const late = setTimeout(() => sent.destroy(hangs(socketPath, method)), PATIENCE)
    sent.on('error', (error) => {
      clearTimeout(late)
      reject(error)
    })
    sent.on('response', (response) => {
      clearTimeout(late)
      response.on('error', () => {}) // The lines end, and that tells.
      resolve(response)
    })
    sent.end()
  })
}

/**
 * Whether the process that was asked lives. Each process has a socket of its own, so the file tells who it is; and who
 * has read a request does not close the connection before an answer, unless it ends.
 */
function listensStill(control: string, file: string | undefined): Promise<boolean> {
  if (file === undefined || file !== identify(control)) return Promise.resolve(false)
  return new Promise((resolve) => {
    const socket = connect(control)
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}

function identify(path: string): string | undefined {
  try {
    const { dev, ino } = lstatSync(path, { bigint: true })
    return `${dev}:${ino}`
  } catch {
    return undefined // There is nothing, or not for this user.
  }
}

function hangs(control: string, method: string): CommandError {
  const order = method === 'GET' ? '' : ' What it has not begun yet, it does not begin any more.'
  const why = `nobody answers at ${control}: the process behind it hangs. Nothing is known to have happened.${order}`
  return new CommandError(why, { exitCode: EXIT.timedOut })
}

const crowded = (control: string, cause: unknown): CommandError =>
  new CrowdedError(
    `the process behind ${control} lives, and takes no more clients: it closed the connection before it read anything. ` +
      'End other zerodown status or reload that are connected to it, and try again. Signals reach it as well.',
    { exitCode: EXIT.refused, cause },
  )

const endedMeanwhile = (cause: unknown): CommandError =>
  new CommandError('the process that was asked has ended before it answered. Its log says why. See: zerodown status', {
    exitCode: EXIT.lost,
    cause,
  })

const notPermitted = (path: string, cause: unknown): CommandError =>
  new CommandError(`not permitted to connect to ${path}. Run this as the user that the server runs as, or as root.`, {
    exitCode: EXIT.refused,
    cause,
  })
