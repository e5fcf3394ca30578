import { constants } from 'node:os'
import { parseArgs } from 'node:util'
import { UsageError } from '../command.ts'

/** Which service, and how to say what becomes of it. */
export interface ServiceArguments {
  readonly control: string | undefined
  readonly pidFile: string | undefined
  readonly pid: number | undefined
  readonly json: boolean
  /** ms */
  readonly timeout: number | undefined
  readonly signal: NodeJS.Signals | undefined
  /** What else was given. */
  readonly watch: boolean
}

/** The longest delay of Node's timers. ms */
const LONGEST_TIMEOUT = 2 ** 31 - 1

const TEXT = { type: 'string' } as const
const FLAG = { type: 'boolean' } as const

const OPTIONS = {
  'pid-file': TEXT,
  control: TEXT,
  json: FLAG,
  timeout: TEXT,
  signal: TEXT,
  watch: FLAG,
} as const satisfies Record<OptionName, { type: 'string' | 'boolean' }>

export type OptionName = 'pid-file' | 'control' | 'json' | 'timeout' | 'signal' | 'watch'

/** For the usage of each command. @param pid the line on a PID, where it takes one */
const which = (pid: string): string => `  --control PATH   The control socket of the server, its option control.
  --pid-file FILE  The file that it keeps, its option pidFile. The control socket is beside it.
${pid}
Without any of them, ZERODOWN_CONTROL, ZERODOWN_PID_FILE, and zerodown.config.js (or .mjs, .json, or
the key zerodown in package.json) in the working directory say which server.`

/** For the usage of a command that takes a PID as well. */
export const WHICH: string = which(`  PID              The process itself, without a control socket.
`)

/** For the usage of one that needs a control socket. */
export const WHICH_SOCKET: string = which('')

/**
 * @param names the options that the command has
 * @throws {UsageError}
 */
export function parseService(args: readonly string[], names: readonly OptionName[]): ServiceArguments {
  const { values, positionals } = parse(args, names)
  const { control, 'pid-file': pidFile } = values
  const [pid, ...more] = positionals
  if (more.length > 0) throw new UsageError(`give one PID, not ${more.length + 1}.`)
  if ([pid, pidFile, control].filter((one) => one !== undefined).length > 1) {
    throw new UsageError('which server? Give one of --pid-file FILE, --control PATH and PID.')
  }
  return {
    control: parsePath('--control', control),
    pidFile: parsePath('--pid-file', pidFile),
    pid: parsePid(pid),
    json: values.json ?? false,
    watch: values.watch ?? false,
    timeout: parseTimeout(values.timeout),
    signal: parseSignal(values.signal),
  }
}

interface Parsed {
  readonly values: {
    'pid-file'?: string
    control?: string
    json?: boolean
    timeout?: string
    signal?: string
    watch?: boolean
  }
  readonly positionals: readonly string[]
}

function parse(args: readonly string[], names: readonly OptionName[]): Parsed {
  const options = Object.fromEntries(names.map((name) => [name, OPTIONS[name]]))
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true })
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error })
  }
}

/** An empty one comes of a variable that is not set, `--control "$SOCKET"`. Node takes an empty path for none. */
function parsePath(option: string, path: string | undefined): string | undefined {
  if (path === '') throw new UsageError(`${option}: wants a path, got ''. Is a variable not set?`)
  return path
}

function parseTimeout(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const timeout = /^\d+$/.test(text) ? Number(text) : Number.NaN
  if (timeout <= LONGEST_TIMEOUT) return timeout
  throw new UsageError(`--timeout: wants milliseconds from 0 to ${LONGEST_TIMEOUT}, got '${text}'.`)
}

/** Refuses 0 and negative numbers, which mean whole groups of processes to kill(2). */
function parsePid(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (/^[1-9]\d{0,9}$/.test(text)) return Number(text)
  throw new UsageError(`PID: wants a number from 1 on, got '${text}'.`)
}

function parseSignal(text: string | undefined): NodeJS.Signals | undefined {
  if (text === undefined) return undefined
  const name = text.startsWith('SIG') ? text : `SIG${text}`
  if (/^SIG[A-Z][A-Z0-9]*$/.test(name) && name in constants.signals) return name as NodeJS.Signals
  throw new UsageError(`--signal: wants the name of a signal such as SIGHUP, got '${text}'.`)
}
