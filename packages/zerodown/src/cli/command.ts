import { parseArgs } from 'node:util'
import { DEFAULT_TIMEOUT } from './usage.ts'
import { UsageError } from './usage-error.ts'

export type Command =
  | { name: 'help' }
  | { name: 'reload'; pid: number }
  | { name: 'reload'; pidFile: string; timeout: number }

export type Reload = Exclude<Command, { name: 'help' }>

/** The longest delay of Node's timers. ms */
const LONGEST_TIMEOUT = 2 ** 31 - 1

/** @throws {UsageError} */
export function parseCommand(args: string[]): Command {
  const { values, positionals } = parse(args)
  const { help, timeout, 'pid-file': pidFile } = values
  const [name, pid, ...more] = positionals
  if (help) return { name: 'help' }
  if (name === undefined) throw new UsageError('missing command; available: run, reload.')
  if (name !== 'reload') throw new UsageError(`unknown command ${name}; available: run, reload.`)
  if (more.length > 0) throw new UsageError(`give one PID, not ${more.length + 1}.`)
  if ((pid === undefined) === (pidFile === undefined)) {
    throw new UsageError('which server? Give either --pid-file FILE or a PID.')
  }
  if (pidFile !== undefined) return { name, pidFile, timeout: parseTimeout(timeout) }
  if (timeout !== undefined)
    throw new UsageError('--timeout: needs --pid-file. With a PID, the end of the restart cannot be seen.')
  return { name, pid: parsePid(pid) }
}

function parse(args: string[]): {
  values: { 'pid-file'?: string; timeout?: string; help?: boolean }
  positionals: string[]
} {
  const options = {
    'pid-file': { type: 'string' },
    timeout: { type: 'string' },
    help: { type: 'boolean', short: 'h' },
  } as const
  try {
    return parseArgs({ args, options, allowPositionals: true })
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error })
  }
}

function parseTimeout(text: string | undefined): number {
  if (text === undefined) return DEFAULT_TIMEOUT
  const timeout = /^\d+$/.test(text) ? Number(text) : Number.NaN
  if (timeout <= LONGEST_TIMEOUT) return timeout
  throw new UsageError(`--timeout: wants milliseconds from 0 to ${LONGEST_TIMEOUT}, got '${text}'.`)
}

/** Refuses 0 and negative numbers, which mean whole groups of processes to kill(2). */
function parsePid(text = ''): number {
  if (/^[1-9]\d{0,9}$/.test(text)) return Number(text)
  throw new UsageError(`PID: wants a number from 1 on, got '${text}'.`)
}
