import { availableParallelism } from 'node:os'
import { inspect } from 'node:util'
import type { Options } from '@zerodown/core'
import type { Logger } from '@zerodown/core/supervision'
import { ZerodownError, defaultLogger, readTexts, stopTimeoutOf, textNames, validate } from '@zerodown/core/supervision'
import type { RunFile, WorkerOptions } from './run-options.ts'
import { runOptions, workerTexts } from './run-options.ts'
import type { CrashLimit } from './sizes.ts'
import { crashLimitIn, memoryIn } from './sizes.ts'

/** With every default filled in. */
export interface RunSettings {
  /** Node's options, the program and its arguments. */
  readonly args: readonly string[]
  /** Variables for the workers. */
  readonly env: Readonly<Record<string, string>>
  /** Files of variables for the workers, the last one wins. */
  readonly envFiles: readonly string[]
  readonly workers: number
  /** Whether each client is served in one slot of several. */
  readonly sticky: boolean
  readonly pidFile: string | undefined
  /** The path of the control socket. */
  readonly control: string | undefined
  /** Whether what workers print is marked. */
  readonly prefix: boolean
  /** Bytes. */
  readonly maxMemory: number | undefined
  readonly crashLimit: CrashLimit | undefined
  /** How long a worker may take from SIGTERM to the end of its drain. ms */
  readonly stopTimeout: number
  /** How long a process may take from its start until it is in charge. ms */
  readonly readyTimeout: number
  readonly logger: Logger
}

/**
 * @param preload what is loaded before the program: a URL for `node --import`
 * @throws {ZerodownError} `ERR_ZERODOWN_OPTION`
 */
export function resolveRun(options: RunFile, preload: string, logger: Logger = defaultLogger): RunSettings {
  const worker = checkRun(options)
  const {
    script,
    args = [],
    nodeArgs = [],
    envFile = [],
    workers = 1,
    sticky = false,
    maxMemory,
    crashLimit = '5/60s',
  } = options
  if (script === undefined) throw wrong('script', undefined)
  const inherited = inheritedOptions()
  const { pidFile = inherited.pidFile, control = inherited.control } = options
  const { drainTimeout = 20_000, shutdownDelay = 0, readyTimeout = 60_000 }: WorkerOptions = { ...inherited, ...worker }
  const count = workers === 'max' ? availableParallelism() : workers
  const envFiles = [envFile].flat()
  const nodes = [...envFiles.map((file) => `--env-file=${file}`), '--import', preload, ...nodeArgs]
  const limit = crashLimitIn(crashLimit)
  return {
    args: [...nodes, script, ...args],
    env: Object.fromEntries(Object.entries(worker).map(([name, value]) => [textNames([name]).variable, String(value)])),
    envFiles,
    workers: count,
    sticky: sticky && count > 1,
    pidFile,
    control: controlPath(control, pidFile),
    prefix: options.prefix ?? false,
    maxMemory: memoryIn(maxMemory),
    crashLimit: limit === 'none' ? undefined : limit,
    stopTimeout: stopTimeoutOf({ drainTimeout, shutdownDelay }),
    readyTimeout,
    logger,
  }
}

/**
 * @returns what the workers are told
 * @throws {ZerodownError} `ERR_ZERODOWN_OPTION`
 */
export function checkRun(options: RunFile): WorkerOptions {
  const worker: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined) continue
    if (isRunOption(name)) {
      if (!runOptions[name].accepts(value)) throw wrong(name, value)
    } else if (WORKERS.has(name)) worker[name] = value
    else {
      const all = [...Object.keys(runOptions), ...WORKERS].join(', ')
      throw new ZerodownError('ERR_ZERODOWN_OPTION', `${name}: no such option. There are: ${all}.`)
    }
  }
  validate(worker)
  return worker
}

const WORKERS: ReadonlySet<string> = new Set(workerTexts.map(({ place: [name] }) => name))

const isRunOption = (name: string): name is keyof typeof runOptions => Object.hasOwn(runOptions, name)

/** The environment may give options as well, and the workers inherit it. */
const inheritedOptions = (): Options =>
  readTexts(
    ({ variable }) => process.env[variable],
    ({ variable }) => variable,
  )

function controlPath(control: string | false | undefined, pidFile: string | undefined): string | undefined {
  if (control === false) return undefined
  return control ?? (pidFile === undefined ? undefined : `${pidFile}.sock`)
}

const wrong = (name: keyof typeof runOptions, got: unknown): ZerodownError =>
  new ZerodownError('ERR_ZERODOWN_OPTION', `${name}: wants ${runOptions[name].wants}, got ${inspect(got)}.`)
