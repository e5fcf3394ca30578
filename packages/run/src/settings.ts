import { availableParallelism } from 'node:os'
import { inspect } from 'node:util'
import type { Options } from '@zerodown/core'
import type { Logger, TextOption } from '@zerodown/core/supervision'
import { ZerodownError, defaultLogger, textNames, textOptions, validate } from '@zerodown/core/supervision'

/** How a server is run. */
export interface RunOptions {
  /** Its program. */
  script?: string
  /** The arguments of the program. Default: none. */
  args?: readonly string[]
  /** Node's own options for it, such as `['--import', 'tsx']`. Default: none. */
  nodeArgs?: readonly string[]
  /** How many processes serve at a time. `'max'`: one for each core that this process may use. Default: 1. */
  workers?: number | 'max'
  /** A file that holds the pid of the supervisor. Default: none. */
  pidFile?: string
  /** How large the resident set of a worker may grow before it is restarted: bytes, or `'500M'`. Default: no limit. */
  maxMemory?: number | string
  /**
   * How often a slot may crash before everything ends: `'5/60s'` is five times in a minute. `'none'`: as often as it
   * does. Default: `'5/60s'`.
   */
  crashLimit?: string
  /** A file of variables, read anew at each start (https://nodejs.org/api/cli.html#--env-fileconfig). Default: none. */
  envFile?: string
}

/** The options of zerodown that are the workers' own. */
export type WorkerOptions = Omit<Options, 'pidFile' | 'signals' | 'launch' | 'exit' | 'logger'>

/** What a configuration file says, with the same names. */
export type RunFile = RunOptions & WorkerOptions

/** How often a slot may crash. */
export interface CrashLimit {
  readonly crashes: number
  /** ms */
  readonly within: number
}

/** With every default filled in. */
export interface RunSettings {
  /** Node's options, the program and its arguments. */
  readonly args: readonly string[]
  /** Variables for the workers. */
  readonly env: Readonly<Record<string, string>>
  readonly workers: number
  readonly pidFile: string | undefined
  /** Bytes. */
  readonly maxMemory: number | undefined
  readonly crashLimit: CrashLimit | undefined
  /** ms */
  readonly drainTimeout: number
  readonly logger: Logger
}

const SUPERVISORS: ReadonlySet<string> = new Set(['pidFile', 'signals', 'launch', 'exit', 'logger'])

/** The options of the workers that a text can give: flags have the same names. */
export const workerTexts: readonly TextOption[] = textOptions.filter(({ place: [name] }) => !SUPERVISORS.has(name))

const NAMES: readonly (keyof RunOptions)[] = [
  'script',
  'args',
  'nodeArgs',
  'workers',
  'pidFile',
  'maxMemory',
  'crashLimit',
  'envFile',
]

/**
 * @param preload what is loaded before the program: a URL for `node --import`
 * @throws {ZerodownError} `ERR_ZERODOWN_OPTION`
 */
export function resolveRun(options: RunFile, preload: string, logger: Logger = defaultLogger): RunSettings {
  const worker = workerOptionsIn(options)
  const { script, args = [], nodeArgs = [], envFile } = options
  if (typeof script !== 'string' || script === '') throw wrong('script', 'the path of a program', script)
  const nodes = [...(envFile === undefined ? [] : [`--env-file=${envFile}`]), '--import', preload, ...nodeArgs]
  return {
    args: [...nodes, script, ...args],
    env: Object.fromEntries(Object.entries(worker).map(([name, value]) => [textNames([name]).variable, String(value)])),
    workers: readWorkers(options.workers ?? 1),
    pidFile: options.pidFile,
    maxMemory: options.maxMemory === undefined ? undefined : readMemory(options.maxMemory),
    crashLimit: readCrashLimit(options.crashLimit ?? '5/60s'),
    drainTimeout: worker.drainTimeout ?? 20_000,
    logger,
  }
}

function workerOptionsIn(options: RunFile): WorkerOptions {
  const rest = Object.entries(options).filter(([name]) => !NAMES.includes(name as keyof RunOptions))
  const known = new Set(workerTexts.map(({ place: [name] }) => name))
  const unknown = rest.find(([name]) => !known.has(name))
  if (unknown !== undefined) {
    const all = [...NAMES, ...known].join(', ')
    throw new ZerodownError('ERR_ZERODOWN_OPTION', `${unknown[0]}: no such option. There are: ${all}.`)
  }
  const worker = Object.fromEntries(rest) as WorkerOptions
  validate(worker)
  return worker
}

const UNITS: Readonly<Record<string, number>> = { '': 1, K: 1024, M: 1024 ** 2, G: 1024 ** 3 }

function readMemory(value: number | string): number {
  const [, number = '', unit = ''] = /^(\d+(?:\.\d+)?)([KMG]?)$/i.exec(String(value)) ?? []
  const bytes = Number(number) * (UNITS[unit.toUpperCase()] ?? 0)
  if (bytes > 0) return bytes
  throw wrong('maxMemory', "a number of bytes, or a size such as '500M' or '2G'", value)
}

function readCrashLimit(value: string): CrashLimit | undefined {
  if (value === 'none') return undefined
  const [, crashes = '', seconds = ''] = /^(\d+)\/(\d+(?:\.\d+)?)s$/.exec(value) ?? []
  if (Number(crashes) >= 1) return { crashes: Number(crashes), within: Number(seconds) * 1000 }
  throw wrong('crashLimit', "a limit such as '5/60s', or 'none'", value)
}

function readWorkers(value: number | string): number {
  if (value === 'max') return availableParallelism()
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= 1024) return value
  throw wrong('workers', "a whole number from 1 to 1024, or 'max'", value)
}

const wrong = (name: string, wants: string, got: unknown): ZerodownError =>
  new ZerodownError('ERR_ZERODOWN_OPTION', `${name}: wants ${wants}, got ${inspect(got)}.`)
