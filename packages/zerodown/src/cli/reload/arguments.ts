import { parseArgs } from 'node:util'
import { UsageError } from '../command.ts'

/** Which server to restart. `timeout`: how long to wait, if that was said. ms */
export type Reload =
  | { readonly pid: number }
  | { readonly pidFile: string; readonly timeout: number | undefined }
  | { readonly control: string; readonly timeout: number | undefined }

/** Longer than a restart may take, as readyTimeout and probation are by default. ms */
export const DEFAULT_TIMEOUT = 90_000

/** The longest delay of Node's timers. ms */
const LONGEST_TIMEOUT = 2 ** 31 - 1

/** @throws {UsageError} */
export function parseReload(args: string[]): Reload {
  const { values, positionals } = parse(args)
  const { timeout, control, 'pid-file': pidFile } = values
  const [pid, ...more] = positionals
  if (more.length > 0) throw new UsageError(`give one PID, not ${more.length + 1}.`)
  if ([pid, pidFile, control].filter((one) => one !== undefined).length !== 1) {
    throw new UsageError('which server? Give one of --pid-file FILE, --control PATH and PID.')
  }
  if (control !== undefined) return { control, timeout: parseTimeout(timeout) }
  if (pidFile !== undefined) return { pidFile, timeout: parseTimeout(timeout) }
  if (timeout !== undefined)
    throw new UsageError('--timeout: not with a PID, as the end of the restart cannot be seen then.')
  return { pid: parsePid(pid) }
}

interface Parsed {
  readonly values: { 'pid-file'?: string; control?: string; timeout?: string }
  readonly positionals: string[]
}

function parse(args: string[]): Parsed {
  const TEXT = { type: 'string' } as const
  const options = { 'pid-file': TEXT, control: TEXT, timeout: TEXT }
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
