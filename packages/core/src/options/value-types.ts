import { constants } from 'node:os'
import type { Logger } from '../logger.ts'
import { silentLogger } from '../logger.ts'

/** What a value has to be. */
export interface Check {
  /** An error message says it after "wants". */
  readonly wants: string
  accepts(value: unknown): boolean
}

/** What the value of an option may be, in which forms it is given and in which one it is used. */
export interface ValueType<Value, Setting = Value> extends Check {
  /** How a text gives it, as in a variable of the environment or after a flag. `undefined`: no text can. */
  readonly text: TextForm<Value> | undefined
  /** The value in the one form in which settings hold it. */
  toSetting(value: Value): Setting
}

export interface TextForm<Value> {
  /** What the text has to be. Left out where that is said in the words for the value. */
  readonly wants?: string
  /** `undefined` for a text that gives no value. A value that comes out has yet to be accepted. */
  read(text: string): Value | undefined
}

/**
 * The longest time. Node's timers wait for 2^31 - 1 ms at most, and a longer one fires at once; some waits are a little
 * longer than their option.
 */
const LONGEST = 2_000_000_000

const asGiven = <Value>(value: Value): Value => value

export const milliseconds: ValueType<number> = {
  wants: `a number of milliseconds from 0 to ${LONGEST}`,
  accepts: (value) => typeof value === 'number' && value >= 0 && value <= LONGEST,
  text: { read: (text) => (/^\d+(\.\d+)?$/.test(text) ? Number(text) : undefined) },
  toSetting: asGiven,
}

/** The one in charge and its successor are two. */
export const generations: ValueType<number> = {
  wants: 'a whole number from 2 to 1000',
  accepts: (value) => Number.isSafeInteger(value) && (value as number) >= 2 && (value as number) <= 1000,
  text: { read: (text) => (/^\d+$/.test(text) ? Number(text) : undefined) },
  toSetting: asGiven,
}

export const trueOrFalse: ValueType<boolean> = {
  wants: 'true or false',
  accepts: (value) => typeof value === 'boolean',
  text: { read: (text) => (text === 'true' || text === 'false' ? text === 'true' : undefined) },
  toSetting: asGiven,
}

export function oneOf<const Word extends string>(...words: Word[]): ValueType<Word> {
  return {
    wants: words.map((word) => `'${word}'`).join(' or '),
    accepts: (value) => words.some((word) => word === value),
    text: { wants: words.join(' or '), read: (text) => words.find((word) => word === text) },
    toSetting: asGiven,
  }
}

export const path: ValueType<string> = {
  wants: 'a path',
  accepts: (value) => value !== '' && isWord(value),
  text: { read: asGiven },
  toSetting: asGiven,
}

export const pathOrFalse: ValueType<string | false> = {
  wants: 'a path, or false',
  accepts: (value) => value === false || path.accepts(value),
  text: { read: (text) => (text === 'false' ? false : text) },
  toSetting: asGiven,
}

export const strings: ValueType<readonly string[]> = {
  wants: 'an array of strings',
  accepts: (value) => Array.isArray(value) && value.every(isWord),
  text: { wants: 'a JSON array of strings such as ["--import","zerodown/register","server.js"]', read: readStrings },
  toSetting: asGiven,
}

export const environment: ValueType<Readonly<Record<string, string | undefined>>> = {
  wants: 'an object of strings, with undefined for what to remove',
  accepts: (value) =>
    isRecord(value) &&
    Object.entries(value).every(([name, entry]) => isWord(name) && (entry === undefined || isWord(entry))),
  // The environment is where texts come from: it says the others as well.
  text: undefined,
  toSetting: asGiven,
}

export const signalNames: ValueType<NodeJS.Signals | readonly NodeJS.Signals[] | false, readonly NodeJS.Signals[]> = {
  wants: "a signal name such as 'SIGUSR2', an array of them, or false",
  accepts: (value) => value === false || isSignal(value) || (Array.isArray(value) && value.every(isSignal)),
  text: { wants: 'names of signals such as SIGTERM,SIGINT, or false', read: readSignalNames },
  toSetting(value) {
    if (value === false) return []
    return typeof value === 'string' ? [value] : value
  },
}

export const logger: ValueType<Logger | false, Logger> = {
  wants: 'an object with the functions info, warn and error, or false',
  accepts: (value) =>
    value === false ||
    (isRecord(value) && ['info', 'warn', 'error'].every((level) => typeof value[level] === 'function')),
  text: { wants: 'false, or not to be set', read: (text) => (text === 'false' ? false : undefined) },
  toSetting: (value) => (value === false ? silentLogger : value),
}

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Whether a process can listen to it. Windows has no number for some signals that exist everywhere else. */
function isSignal(value: unknown): boolean {
  return (
    typeof value === 'string' &&
    /^SIG[A-Z0-9]+$/.test(value) &&
    value !== 'SIGKILL' &&
    value !== 'SIGSTOP' &&
    (process.platform === 'win32' || value in constants.signals)
  )
}

/** Whether it can be an argument of a process or stand in its environment, execve(2). */
function isWord(value: unknown): boolean {
  return typeof value === 'string' && !value.includes('\0')
}

function readSignalNames(text: string): NodeJS.Signals[] | false | undefined {
  if (text === 'false') return false
  const names = text.split(',').map((name) => name.trim())
  return names.every((name): name is NodeJS.Signals => name in constants.signals) ? names : undefined
}

function readStrings(text: string): string[] | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return Array.isArray(value) && value.every((one) => typeof one === 'string') ? value : undefined
  } catch {
    return undefined
  }
}
