import { constants } from 'node:os'
import { inspect } from 'node:util'
import { ZerodownError } from '../errors.ts'
import type { LaunchOptions, Options, Settings, Signals } from './options.ts'
import { resolve } from './resolve.ts'

/** Node's timers wait for 2^31 - 1 ms at most, a longer one fires at once; and some waits outlast their option a little. */
const LONGEST = 2_000_000_000

type Check = { wants: string; accepts: (value: unknown) => boolean }

const milliseconds: Check = {
  wants: `a number of milliseconds from 0 to ${LONGEST}`,
  accepts: (value) => typeof value === 'number' && value >= 0 && value <= LONGEST,
}

/** One that can be listened to. Windows has no number for some that exist everywhere else. */
const isSignal = (value: unknown): boolean =>
  typeof value === 'string' &&
  /^SIG[A-Z0-9]+$/.test(value) &&
  value !== 'SIGKILL' &&
  value !== 'SIGSTOP' &&
  (process.platform === 'win32' || value in constants.signals)
const isText = (value: unknown): boolean => typeof value === 'string' && value !== '' && !value.includes('\0')
/** What a process can be given as an argument or in its environment, execve(2). */
const isWord = (value: unknown): boolean => typeof value === 'string' && !value.includes('\0')
const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const signalNames: Check = {
  wants: "a signal name such as 'SIGUSR2', an array of them, or false",
  accepts: (value) => value === false || isSignal(value) || (Array.isArray(value) && value.every(isSignal)),
}

const checks: Record<keyof Options, Check> = {
  signals: {
    wants: 'an object with restart, shutdown or leave, or false',
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

const signalChecks: Record<keyof Signals, Check> = { restart: signalNames, shutdown: signalNames, leave: signalNames }

const launchChecks: Record<keyof LaunchOptions, Check> = {
  execPath: { wants: 'a path', accepts: isText },
  args: {
    wants: 'an array of strings',
    accepts: (value) => Array.isArray(value) && value.every(isWord),
  },
  cwd: { wants: 'a path', accepts: isText },
  env: {
    wants: 'an object of strings, with undefined for what to remove',
    accepts: (value) =>
      isRecord(value) &&
      Object.entries(value).every(([name, entry]) => isWord(name) && (entry === undefined || isWord(entry))),
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

function checkDistinct({ restart, shutdown, leave }: Settings['signals']): void {
  for (const [other, signals] of Object.entries({ shutdown, leave })) {
    const both = restart.find((signal) => signals.includes(signal))
    if (both === undefined) continue
    throw new ZerodownError(
      'ERR_ZERODOWN_OPTION',
      `signals: wants each signal to mean one thing, got ${both} for restart and for ${other}.`,
    )
  }
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
