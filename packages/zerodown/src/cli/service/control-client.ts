import type { IncomingMessage } from 'node:http'
import { createInterface } from 'node:readline'
import { json } from 'node:stream/consumers'
import type { Outcome, ServiceStatus, Step } from '@zerodown/core/supervision'
import { CommandError } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import { ask } from './ask.ts'

/** A line of what a service tells. */
export type Line = (Step | Outcome) & { readonly at: number }

/**
 * @returns `undefined` where nobody listens
 * @throws {CommandError} where it is no service that does
 */
export async function statusAt(control: string): Promise<ServiceStatus | undefined> {
  const response = await ask(control, 'GET', '/status')
  if (response === undefined) return undefined
  const status = await bodyOf(response)
  if (response.statusCode !== 200 || status['zerodown'] !== 1) throw noService(control)
  return status as unknown as ServiceStatus
}

/**
 * Has a service restart or end.
 * @returns what it tells, line by line, until it is over or the process that tells it has ended; `undefined` where nobody
 *   listens
 * @throws {CommandError} where it refuses, or is no service; and the reason of `cut`, before it has answered
 */
export async function order(
  control: string,
  what: 'restart' | 'shutdown',
  cut: AbortSignal,
): Promise<AsyncIterable<Line> | undefined> {
  const response = await ask(control, 'POST', `/${what}`, cut)
  if (response === undefined) return undefined
  const { statusCode, headers } = response
  if (statusCode === 200 && headers['content-type'] === 'application/x-ndjson') return linesOf(response)
  const { code, message } = await bodyOf(response)
  if (statusCode !== 409 || !String(code).startsWith('ERR_ZERODOWN_')) throw noService(control)
  throw new CommandError(String(message), { exitCode: EXIT.refused })
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

/** An object of JSON; an empty one for whatever else was answered, which may have no end. */
async function bodyOf(response: IncomingMessage): Promise<Record<string, unknown>> {
  if (response.headers['content-type'] !== 'application/json') {
    response.destroy()
    return {}
  }
  try {
    return { ...((await json(response)) as object) }
  } catch {
    return {}
  }
}

const noService = (control: string): CommandError =>
  new CommandError(`what listens on ${control} is no control socket of zerodown.`, { exitCode: EXIT.refused })
