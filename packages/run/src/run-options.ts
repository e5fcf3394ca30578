import type { Options } from '@zerodown/core'
import type { TextOption } from '@zerodown/core/supervision'
import { textNames, textOptions } from '@zerodown/core/supervision'
import { crashLimitIn, memoryIn } from './sizes.ts'

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
  /**
   * Whether all connections from one address are served in the same slot, as sessions in memory and Socket.IO's long
   * polling need it. Default: `false`.
   */
  sticky?: boolean
  /** A file that holds the pid of the supervisor. Default: none. */
  pidFile?: string
  /**
   * The path of a unix socket on which the service can be watched and controlled, as `zerodown status`, `reload` and
   * `stop` do. Default: none; with `pidFile`, that path and `.sock`. `false`: none in any case.
   */
  control?: string | false
  /** How large the resident set of a worker may grow before it is restarted: bytes, or `'500M'`. Default: no limit. */
  maxMemory?: number | string
  /**
   * How often a slot may crash before everything ends: `'5/60s'` is five times in a minute. `'none'`: as often as it
   * does. Default: `'5/60s'`.
   */
  crashLimit?: string
  /**
   * Whether each line that a worker prints begins with its slot and generation, as in `[1.3] `. The output then goes
   * through the supervisor, so that a worker sees no terminal. Default: false.
   */
  prefix?: boolean
  /**
   * A file of variables, read anew at each start (https://nodejs.org/api/cli.html#--env-fileconfig), or several: of two that
   * set the same variable, the last one wins. Default: none.
   */
  envFile?: string | readonly string[]
}

/** The options of zerodown that are the workers' own. */
export type WorkerOptions = Omit<Options, 'pidFile' | 'control' | 'signals' | 'launch' | 'exit' | 'logger'>

/** What a configuration file says, with the same names. */
export type RunFile = RunOptions & WorkerOptions

interface RunOption {
  /** An error says it after "wants". */
  readonly wants: string
  accepts(value: unknown): boolean
  /** How a flag gives it. Missing: none does, or in a way of its own. */
  read?(text: string): unknown
  /** What its flag says that comes without a value. Missing: it has to come with one. */
  readonly bare?: string
}

const isWord = (value: unknown): value is string => typeof value === 'string' && value !== '' && !value.includes('\0')
const asGiven = (text: string): string => text

const path: RunOption = { wants: 'a path', accepts: isWord, read: asGiven }
const words: RunOption = {
  wants: 'a list of words',
  accepts: (value) => Array.isArray(value) && value.every((word) => word === '' || isWord(word)),
}
const yesOrNo: RunOption = {
  wants: 'true or false',
  accepts: (value) => typeof value === 'boolean',
  read: (text) => ({ true: true, false: false })[text],
  bare: 'true',
}

/** Every option, in the order of the documentation. */
export const runOptions: { readonly [Name in keyof RunOptions]-?: RunOption } = {
  script: { wants: 'the path of a program', accepts: isWord },
  args: words,
  nodeArgs: words,
  workers: {
    wants: "a whole number from 1 to 1024, or 'max'",
    accepts: (value) => value === 'max' || (Number.isInteger(value) && Number(value) >= 1 && Number(value) <= 1024),
    read: (text) => (/^\d+$/.test(text) ? Number(text) : text),
  },
  sticky: yesOrNo,
  pidFile: path,
  control: {
    wants: 'a path, or false',
    accepts: (value) => value === false || isWord(value),
    read: (text) => (text === 'false' ? false : text),
  },
  maxMemory: {
    wants: "a number of bytes, or a size such as '500M' or '2G'",
    accepts: (value) => memoryIn(value) !== undefined,
    read: asGiven,
  },
  crashLimit: {
    wants: "a limit such as '5/60s', or 'none'",
    accepts: (value) => crashLimitIn(value) !== undefined,
    read: asGiven,
  },
  prefix: yesOrNo,
  envFile: {
    wants: 'a path, or a list of paths',
    accepts: (value) => isWord(value) || (Array.isArray(value) && value.every(isWord)),
    read: asGiven,
  },
}

/** An option that a flag gives. */
export interface RunText extends TextOption {
  /** What the flag says where it comes without a value. */
  readonly bare?: string | undefined
}

/** The options of the supervisor that a flag gives, with the same names. */
export const runTexts: readonly RunText[] = Object.entries(runOptions).flatMap(([name, option]) => {
  const { wants, read, accepts, bare } = option
  if (read === undefined) return []
  const accepted = (text: string): unknown => {
    const value = read(text)
    return accepts(value) ? value : undefined
  }
  return [{ ...textNames([name]), place: [name] as const, wants, read: accepted, bare }]
})

const SUPERVISORS: ReadonlySet<string> = new Set(['pidFile', 'control', 'signals', 'launch', 'exit', 'logger'])

/** The options of the workers that a text can give: flags have the same names. */
export const workerTexts: readonly TextOption[] = textOptions.filter(({ place: [name] }) => !SUPERVISORS.has(name))
