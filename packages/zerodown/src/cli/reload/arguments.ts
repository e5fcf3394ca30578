import { parseArgs } from 'node:util'
import { UsageError } from '../command.ts'

/** Which server to restart. `timeout`: how long to wait, if that was said. ms */
export type Reload = { readonly pid: number } | { readonly pidFile: string; readonly timeout: number | undefined }

/** Longer than a restart may take, as readyTimeout and probation are by default. ms */
export const DEFAULT_TIMEOUT = 90_000

/** The longest delay of Node's timers. ms */
const LONGEST_TIMEOUT = 2 ** 31 - 1

/** @throws {UsageError} */
export function parseReload(args: string[]): Reload {
  const { values, positionals } = parse(args)
  const { timeout, 'pid-file': pidFile } = values
  const [pid, ...more] = positionals
  if (more.length > 0) throw new UsageError(`give one PID, not ${more.length + 1}.`)
  if ((pid === undefined) === (pidFile === undefined)) {
    throw new UsageError('which server? Give either --pid-file FILE or a PID.')
  }
  if (pidFile !== undefined) return { pidFile, timeout: parseTimeout(timeout) }
  if (timeout !== undefined)
    throw new UsageError('--timeout: needs --pid-file. With a PID, the end of the restart cannot be seen.')
  return { pid: parsePid(pid) }
}

function parse(args: string[]): { values: { 'pid-file'?: string; timeout?: string }; positionals: string[] } {
  const options = { 'pid-file': { type: 'string' }, timeout: { type: 'string' } } as const
  try {
    return parseArgs({ args, options, allowPositionals: true })
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error })
  }
}

function parseTimeout(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const timeout = /^\d+$/.test(text) ? Number(text) : Number.NaN
  if (timeout <= LONGEST_TIMEOUT) return timeout
  throw new UsageError(`--timeout: wants milliseconds from 0 to ${LONGEST_TIMEOUT}, got '${text}'.`)
}

/** Refuses 0 and negative numbers, which mean whole groups of processes to kill(2). */
function parsePid(text = ''): number {
  if (/^[1-9]\d{0,9}$/.test(text)) return Number(text)
  throw new UsageError(`PID: wants a number from 1 on, got '${text}'.`)
}
