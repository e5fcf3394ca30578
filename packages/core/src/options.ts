import { constants } from 'node:os'
import { inspect, isDeepStrictEqual } from 'node:util'
import { ZerodownError } from './errors.ts'
import { type Logger, defaultLogger, silentLogger } from './process/logger.ts'

/** The most that Node's timers can wait: a longer one would fire at once. */
const LONGEST_TIMER = 2 ** 31 - 1

export interface Signals {
  /** Signals that start a restart. Default: `'SIGUSR2'`. `false`: none. */
  restart?: NodeJS.Signals | readonly NodeJS.Signals[] | false
  /** Signals that drain and end the process. Default: `['SIGTERM', 'SIGINT']`. `false`: none. */
  shutdown?: NodeJS.Signals | readonly NodeJS.Signals[] | false
}

export interface LaunchOptions {
  /** The program to start the successor with. Default: the Node that runs now (`process.execPath`). */
  execPath?: string
  /**
   * Its arguments: Node's own options, the script, the script's arguments. Default: those that this process was
   * started with.
   */
  args?: readonly string[]
  /**
   * Its working directory. Default: `$PWD` where that is the directory this process was started in, so that a
   * symlink such as `current -> releases/42` is followed anew; else the directory this process was started in.
   */
  cwd?: string
  /**
   * Variables to set on top of the environment that the first generation was started with; `undefined` removes one.
   * Changes made to `process.env` at run time are not passed on.
   */
  env?: Readonly<Record<string, string | undefined>>
}

/** Options belong to the process: every entry point takes them, and two that disagree are an error. */
export interface Options {
  /** Which signals to listen to, from the first `listen()` on. `false`: none. */
  signals?: Signals | false
  /**
   * When this process counts as ready. `'auto'` (default): when all attached servers listen and every inherited
   * listener is adopted. `'manual'`: when `zerodown.ready()` is called.
   */
  readiness?: 'auto' | 'manual'
  /** How long a successor may take to become ready before it is ended and the restart given up. ms, default 60 000. */
  readyTimeout?: number
  /**
   * How long both serve after the successor is ready, during which its death still rolls the restart back.
   * ms, default 1000.
   */
  probation?: number
  /** How long what is in flight may take after the listeners are given up. What is left is cut. ms, default 20 000. */
  drainTimeout?: number
  /**
   * Whether idle HTTP/1.1 connections move to the successor, unnoticed by their clients. `false`: they linger, and
   * their next answer says `Connection: close`. Default: true.
   */
  handover?: boolean
  /**
   * How long to go on accepting connections after a shutdown signal or `shutdown()`, so that a load balancer notices
   * first. Not used by a restart. ms, default 0.
   */
  shutdownDelay?: number
  /**
   * A file that holds the pid of the process in charge. It changes at commit, and stays as it was when a restart
   * fails. Relative paths are taken from the directory the process was started in. Default: none.
   */
  pidFile?: string
  /** How the successor is started, where that differs from how this process was started. */
  launch?: LaunchOptions
  /** Whether to end the process (exit code 0) after the drain and the shutdown hooks. Default: true. */
  exit?: boolean
  /** Where log lines go. Default: short lines on stderr. `false`: nowhere. */
  logger?: Logger | false
}

/** Options with every default filled in. */
export interface Settings {
  readonly signals: {
    readonly restart: readonly NodeJS.Signals[]
    readonly shutdown: readonly NodeJS.Signals[]
  }
  readonly readiness: 'auto' | 'manual'
  readonly readyTimeout: number
  readonly probation: number
  readonly drainTimeout: number
  readonly handover: boolean
  readonly shutdownDelay: number
  readonly pidFile: string | undefined
  readonly launch: LaunchOptions
  readonly exit: boolean
  readonly logger: Logger
}

type Check = { wants: string; accepts: (value: unknown) => boolean }

const milliseconds: Check = {
  wants: `a number of milliseconds from 0 to ${LONGEST_TIMER}`,
  accepts: (value) => typeof value === 'number' && value >= 0 && value <= LONGEST_TIMER,
}

/** One that can be listened to. Windows has no number for some that exist everywhere else. */
const isSignal = (value: unknown): boolean =>
  typeof value === 'string' &&
  /^SIG[A-Z0-9]+$/.test(value) &&
  value !== 'SIGKILL' &&
  value !== 'SIGSTOP' &&
  (process.platform === 'win32' || value in constants.signals)
const isText = (value: unknown): boolean => typeof value === 'string' && value !== '' && !value.includes('\0')
const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const signalNames: Check = {
  wants: "a signal name such as 'SIGUSR2', an array of them, or false",
  accepts: (value) => value === false || isSignal(value) || (Array.isArray(value) && value.every(isSignal)),
}

const checks: Record<keyof Options, Check> = {
  signals: {
    wants: 'an object with restart and shutdown, or false',
    accepts: (value) => value === false || isRecord(value),
  },
  readiness: { wants: "'auto' or 'manual'", accepts: (value) => value === 'auto' || value === 'manual' },
  readyTimeout: milliseconds,
  probation: milliseconds,
  drainTimeout: milliseconds,
  handover: { wants: 'true or false', accepts: (value) => typeof value === 'boolean' },
  shutdownDelay: milliseconds,
  pidFile: { wants: 'a path', accepts: isText },
  launch: { wants: 'an object with execPath, args, cwd or env', accepts: isRecord },
  exit: { wants: 'true or false', accepts: (value) => typeof value === 'boolean' },
  logger: {
    wants: 'an object with the functions info, warn and error, or false',
    accepts: (value) =>
      value === false ||
      (isRecord(value) && ['info', 'warn', 'error'].every((level) => typeof value[level] === 'function')),
  },
}

const signalChecks: Record<keyof Signals, Check> = { restart: signalNames, shutdown: signalNames }

const launchChecks: Record<keyof LaunchOptions, Check> = {
  execPath: { wants: 'a path', accepts: isText },
  args: {
    wants: 'an array of strings',
    accepts: (value) => Array.isArray(value) && value.every((argument) => typeof argument === 'string'),
  },
  cwd: { wants: 'a path', accepts: isText },
  env: {
    wants: 'an object of strings, with undefined for what to remove',
    accepts: (value) =>
      isRecord(value) && Object.values(value).every((entry) => entry === undefined || typeof entry === 'string'),
  },
}

/**
 * Checks one set of options.
 * @throws {ZerodownError} `ERR_ZERODOWN_OPTION`, naming the option, what it wants and what it got.
 */
export function validate(options: Options): void {
  if (!isRecord(options)) {
    throw new ZerodownError('ERR_ZERODOWN_OPTION', `options: wants an object, got ${inspect(options)}.`)
  }
  validateAll('', options, checks)
  if (options.signals) {
    validateAll('signals.', options.signals, signalChecks)
    checkDistinct(resolve(options).signals)
  }
  if (options.launch) validateAll('launch.', options.launch, launchChecks)
}

function checkDistinct({ restart, shutdown }: Settings['signals']): void {
  const both = restart.find((signal) => shutdown.includes(signal))
  if (both === undefined) return
  throw new ZerodownError(
    'ERR_ZERODOWN_OPTION',
    `signals: wants each signal to mean one thing, got ${both} for restart and for shutdown.`,
  )
}

function validateAll(prefix: string, values: object, table: Record<string, Check>): void {
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined) continue
    const check = Object.hasOwn(table, name) ? table[name] : undefined
    if (check === undefined) {
      const known = Object.keys(table).join(', ')
      throw new ZerodownError('ERR_ZERODOWN_OPTION', `${prefix}${name}: no such option. There are: ${known}.`)
    }
    if (!check.accepts(value)) {
      const got = inspect(value, { depth: 1, breakLength: Infinity })
      throw new ZerodownError('ERR_ZERODOWN_OPTION', `${prefix}${name}: wants ${check.wants}, got ${got}.`)
    }
  }
}

/**
 * Adds options to those that were declared before.
 * @throws {ZerodownError} `ERR_ZERODOWN_OPTION` for an option that is not valid, `ERR_ZERODOWN_OPTION_CONFLICT` where
 *   the two disagree.
 */
export function merge(declared: Options, added: Options): Options {
  validate(added)
  for (const [name, value] of Object.entries(added)) {
    const before = declared[name as keyof Options]
    if (value === undefined || before === undefined || isDeepStrictEqual(before, value)) continue
    throw conflict(name, before, value)
  }
  return { ...declared, ...defined(added) }
}

/**
 * After the start: an option may be said again, but not changed.
 * @throws {ZerodownError} `ERR_ZERODOWN_OPTION_CONFLICT`
 */
export function checkUnchanged(settings: Settings, declared: Options, added: Options): void {
  validate(added)
  for (const [name, value] of Object.entries(resolve(defined(added)))) {
    if (added[name as keyof Options] === undefined) continue
    const before = settings[name as keyof Settings]
    if (isDeepStrictEqual(before, value)) continue
    throw conflict(name, declared[name as keyof Options] ?? before, added[name as keyof Options])
  }
}

export function resolve(options: Options): Settings {
  return {
    signals: {
      restart: namesOf(options.signals, 'restart', ['SIGUSR2']),
      shutdown: namesOf(options.signals, 'shutdown', ['SIGTERM', 'SIGINT']),
    },
    readiness: options.readiness ?? 'auto',
    readyTimeout: options.readyTimeout ?? 60_000,
    probation: options.probation ?? 1000,
    drainTimeout: options.drainTimeout ?? 20_000,
    handover: options.handover ?? true,
    shutdownDelay: options.shutdownDelay ?? 0,
    pidFile: options.pidFile,
    launch: options.launch ?? {},
    exit: options.exit ?? true,
    logger: options.logger === false ? silentLogger : (options.logger ?? defaultLogger),
  }
}

function namesOf(
  signals: Options['signals'],
  use: keyof Signals,
  byDefault: NodeJS.Signals[],
): readonly NodeJS.Signals[] {
  const names = signals === false ? false : signals?.[use]
  if (names === false) return []
  if (names === undefined) return byDefault
  return typeof names === 'string' ? [names] : names
}

function defined(options: Options): Options {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined))
}

function conflict(name: string, before: unknown, now: unknown): ZerodownError {
  return new ZerodownError(
    'ERR_ZERODOWN_OPTION_CONFLICT',
    `${name}: is ${inspect(before)} already, and now ${inspect(now)} is asked for. Options belong to the process: ` +
      'give each of them once, or the same everywhere.',
  )
}
