import { constants } from 'node:os'
import type { LaunchOptions, Options, Signals } from '@zerodown/core'

/** How one option is said in a variable of the environment. */
export interface Variable<Value> {
  /** What a text has to be. */
  readonly wants: string
  /** The option's value; `undefined` for a text that says none. What the value itself has to be, core checks. */
  read(text: string): Value | undefined
}

/** An option that has parts: each has a variable of its own. `undefined`: what is better said in another way. */
type Parts<Group> = { readonly [Name in keyof Group]-?: Variable<NonNullable<Group[Name]>> | undefined }

/** Every option has its place here, so that a new one cannot be forgotten. */
interface Variables extends Record<keyof Options, unknown> {
  readonly signals: Parts<Signals>
  readonly readiness: Variable<'auto' | 'manual'>
  readonly readyTimeout: Variable<number>
  readonly probation: Variable<number>
  readonly drainTimeout: Variable<number>
  readonly handover: Variable<boolean>
  readonly shutdownDelay: Variable<number>
  readonly pidFile: Variable<string>
  readonly launch: Parts<LaunchOptions>
  readonly exit: Variable<boolean>
  readonly logger: Variable<false>
}

const milliseconds: Variable<number> = {
  wants: 'a number of milliseconds from 0 to 2000000000',
  read: (text) => (/^\d+(\.\d+)?$/.test(text) ? Number(text) : undefined),
}

const yesOrNo: Variable<boolean> = {
  wants: 'true or false',
  read: (text) => (text === 'true' || text === 'false' ? text === 'true' : undefined),
}

const path: Variable<string> = { wants: 'a path', read: (text) => text }

const signalNames: Variable<NodeJS.Signals[] | false> = {
  wants: 'names of signals such as SIGTERM,SIGINT, or false',
  read(text) {
    if (text === 'false') return false
    const names = text.split(',').map((name) => name.trim())
    return names.every((name): name is NodeJS.Signals => name in constants.signals) ? names : undefined
  },
}

export const variables: Variables = {
  signals: { restart: signalNames, shutdown: signalNames, leave: signalNames },
  readiness: {
    wants: 'auto or manual',
    read: (text) => (text === 'auto' || text === 'manual' ? text : undefined),
  },
  readyTimeout: milliseconds,
  probation: milliseconds,
  drainTimeout: milliseconds,
  handover: yesOrNo,
  shutdownDelay: milliseconds,
  pidFile: path,
  launch: {
    execPath: path,
    args: { wants: 'a JSON array of strings such as ["--import","zerodown/register","server.js"]', read: readWords },
    cwd: path,
    // The environment is where these are said: it says the others as well.
    env: undefined,
  },
  exit: yesOrNo,
  logger: { wants: 'false, or not to be set', read: (text) => (text === 'false' ? false : undefined) },
}

function readWords(text: string): string[] | undefined {
  try {
    const words: unknown = JSON.parse(text)
    return Array.isArray(words) && words.every((word) => typeof word === 'string') ? words : undefined
  } catch {
    return undefined
  }
}
