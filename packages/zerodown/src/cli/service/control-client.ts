import type { IncomingMessage } from 'node:http'
import { request } from 'node:http'
import { createInterface } from 'node:readline'
import { json } from 'node:stream/consumers'
import type { Outcome, ServiceStatus, Step } from '@zerodown/core/supervision'
import { CommandError } from '../command.ts'
import { EXIT } from '../exit-codes.ts'

/** How long a service has to begin its answer. It is at its disposal at once, unless it hangs. ms */
const PATIENCE = 10_000

/** Nobody listens there: a process that was killed leaves its path behind. */
const NOBODY: ReadonlySet<string | undefined> = new Set(['ENOENT', 'ECONNREFUSED', 'ENOTSOCK'])

/** Whoever listened has just ended. */
const ENDED: ReadonlySet<string | undefined> = new Set(['ECONNRESET', 'EPIPE'])

/** A line of what a service tells. */
export type Line = (Step | Outcome) & { readonly at: number }

/** @returns `undefined` where nobody listens */
export async function statusAt(control: string): Promise<ServiceStatus | undefined> {
  const response = await ask(control, 'GET', '/status')
  return response && ((await bodyOf(response, control)) as ServiceStatus)
}

/**
 * Has a service restart or end.
 * @returns what it tells, line by line, until it is over or the process that tells it has ended; `undefined` where nobody
 *   listens
 * @throws {CommandError} where it refuses
 */
export async function order(
  control: string,
  what: 'restart' | 'shutdown',
  cut: AbortSignal,
): Promise<AsyncIterable<Line> | undefined> {
  const response = await ask(control, 'POST', `/${what}`, cut)
  if (response === undefined) return undefined
  if (response.statusCode === 200) return linesOf(response)
  const { message } = (await bodyOf(response, control)) as { message: string }
  throw new CommandError(message, { exitCode: EXIT.refused })
}

/** They end in the middle where whoever tells them has ended, or nobody listens any more. */
async function* linesOf(response: IncomingMessage): AsyncIterable<Line> {
  const lines = createInterface({ input: response }).on('error', () => {})
  response.once('close', () => lines.close())
  try {
    for await (const text of lines) {
      const line = read(text)
      if (line !== undefined) yield line
    }
  } catch {
    // As above.
  }
}

function read(text: string): Line | undefined {
  try {
    return JSON.parse(text) as Line
  } catch {
    return undefined // It was cut.
  }
}

function ask(
  socketPath: string,
  method: string,
  path: string,
  signal?: AbortSignal,
): Promise<IncomingMessage | undefined> {
  return new Promise((resolve, reject) => {
    const sent = request({ socketPath, method, path, signal, agent: false })
    const late = setTimeout(() => {
      const why = `nobody answers at ${socketPath}: the process behind it hangs. Nothing is known to have happened.`
      sent.destroy(new CommandError(why, { exitCode: EXIT.timedOut }))
    }, PATIENCE)
    sent.on('error', (error: NodeJS.ErrnoException) => {
      clearTimeout(late)
      const ended = ENDED.has(error.code)
      if (NOBODY.has(error.code) || (ended && method === 'GET')) resolve(undefined)
      else if (ended) reject(endedMeanwhile(error))
      else reject(error.code === 'EACCES' || error.code === 'EPERM' ? notPermitted(socketPath, error) : error)
    })
    sent.on('response', (response) => {
      clearTimeout(late)
      response.on('error', () => {}) // The lines end, and that tells.
      resolve(response)
    })
    sent.end()
  })
}

async function bodyOf(response: IncomingMessage, control: string): Promise<unknown> {
  try {
    return await json(response)
  } catch (error) {
    throw new CommandError(`what listens on ${control} is no control socket of zerodown.`, {
      exitCode: EXIT.refused,
      cause: error,
    })
  }
}

const endedMeanwhile = (cause: Error): CommandError =>
  new CommandError('the process that was asked has ended before it answered. Its log says why. See: zerodown status', {
    exitCode: EXIT.lost,
    cause,
  })

const notPermitted = (path: string, cause: Error): CommandError =>
  new CommandError(`not permitted to connect to ${path}. Run this as the user that the server runs as, or as root.`, {
    exitCode: EXIT.refused,
    cause,
  })
