import { existsSync } from 'node:fs'
import type { Socket } from 'node:net'
import { connect } from 'node:net'
import type { Interface } from 'node:readline'
import { createInterface } from 'node:readline'
import type { Greeting, Request, RollOutcome } from '@zerodown/run'
import { CommandError } from '../command.ts'
import { DEFAULT_TIMEOUT } from './arguments.ts'

/**
 * Asks a supervisor to restart all slots, waits for the end of that, and prints what became of each.
 * @param path of its control socket
 * @param timeout by default as long as two restarts of all slots may take: one may be under way already. ms
 * @returns whether there is a supervisor
 * @throws {CommandError} which slot could not be restarted, and why
 */
export async function restartSlots(
  path: string,
  timeout: number | undefined,
  print: (text: string) => void,
): Promise<boolean> {
  const socket = existsSync(path) ? await connected(path) : undefined
  if (socket === undefined) return false
  const lines = createInterface({ input: socket }).on('error', () => {}) // The end of the socket tells.
  socket.once('close', () => lines.close())
  try {
    const greeting = nextLine(lines, timeout ?? DEFAULT_TIMEOUT, {
      late: `nobody answers at ${path}. Does the process behind it hang? Nothing was asked for.`,
      gone: `the supervisor has ended. The service is down, unless somebody starts it again.`,
    })
    const { pid, slots } = (await greeting) as Greeting
    socket.write(`${JSON.stringify({ ask: 'restart' } satisfies Request)}\n`)
    const wait = timeout ?? 2 * slots * DEFAULT_TIMEOUT
    const outcome = nextLine(lines, wait, {
      late: `after ${wait} ms the restart is not over (see --timeout), and goes on. The log of process ${pid} tells how it ends.`,
      gone:
        `the supervisor (process ${pid}) has ended before the restart was over. The service is down, unless somebody ` +
        'starts it again. The log says why.',
    })
    report((await outcome) as RollOutcome, print)
    return true
  } finally {
    socket.destroy()
  }
}

/** @returns `undefined` where nobody listens: a supervisor that was killed leaves its path behind */
function connected(path: string): Promise<Socket | undefined> {
  return new Promise((resolve, reject) => {
    const socket = connect(path)
    socket.once('connect', () => resolve(socket))
    socket.on('error', ({ code, message }: NodeJS.ErrnoException) => {
      if (code !== 'EACCES' && code !== 'EPERM') return resolve(undefined)
      reject(
        new CommandError(
          `not permitted to connect to ${path} (${message}). Run this as the user that the server runs as.`,
        ),
      )
    })
  })
}

async function nextLine(lines: Interface, timeout: number, why: { late: string; gone: string }): Promise<unknown> {
  const text = await new Promise<string>((resolve, reject) => {
    const timer = setTimeout(() => reject(new CommandError(why.late)), timeout)
    lines.once('line', (line) => {
      clearTimeout(timer)
      resolve(line)
    })
    lines.once('close', () => {
      clearTimeout(timer)
      reject(new CommandError(why.gone))
    })
  })
  return JSON.parse(text)
}

function report(outcome: RollOutcome, print: (text: string) => void): void {
  const done = 'slots' in outcome ? outcome.slots : outcome.done
  print(done.map(({ pid, generation }, at) => `slot ${at + 1}: generation ${generation}, process ${pid}\n`).join(''))
  if (!('slots' in outcome)) throw new CommandError(outcome.message)
}
