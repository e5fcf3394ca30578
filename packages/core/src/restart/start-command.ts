import { readFileSync, statSync } from 'node:fs'
import { isAbsolute, relative, resolve } from 'node:path'

/**
 * How this process was started, before `--env-file`, `process.env.X = …`, `process.chdir()` or `process.title = …`
 * changed what can be seen of it. A successor is started the same way.
 */
export interface StartCommand {
  /** The name that the process was called by, `argv[0]`. */
  readonly argv0: string
  /** Node's options, the script and its arguments, as they were written. */
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  /** The directory as the shell named it, symlinks and all, where that can be known. */
  readonly cwd: string
}

export function readStartCommand(): StartCommand {
  const env = readEnvironment()
  const cwd = readDirectory(env['PWD'])
  return { ...readCommandLine(cwd), env, cwd }
}

/**
 * Reads the command line as it was typed. `process.argv[1]` is resolved: a script started as `server.js` inside
 * `current -> releases/42` would stay in release 42 for ever. On Linux the kernel still has the words (proc(5)).
 */
function readCommandLine(cwd: string): Pick<StartCommand, 'argv0' | 'args'> {
  const [argv0, ...args] = readWords('/proc/self/cmdline')
  if (argv0 === process.argv0 && isAsStarted(args)) return { argv0, args }
  return { argv0: process.argv0, args: [...process.execArgv, ...scriptAndArguments(cwd)] }
}

/**
 * Whether these words are what the process was started with. A process title that was set before has overwritten the
 * command line, in part or with null bytes.
 */
function isAsStarted(args: readonly string[]): boolean {
  const tail = process.argv.slice(2)
  const script = args.length - tail.length - 1
  return (
    args.length >= process.execArgv.length + tail.length &&
    (process.argv.length < 2 || args[script] !== '') &&
    process.execArgv.every((word, at) => args[at] === word) &&
    tail.every((word, at) => args[script + 1 + at] === word)
  )
}

/**
 * The script and its arguments. If the directory is a symlink, the script is named relative to it, so that the symlink
 * is followed anew.
 */
function scriptAndArguments(cwd: string): string[] {
  const [script, ...rest] = process.argv.slice(1)
  if (script === undefined) return []
  const actual = process.cwd()
  const inside = relative(actual, script)
  return [cwd === actual || inside.startsWith('..') || isAbsolute(inside) ? script : inside, ...rest]
}

function readEnvironment(): Record<string, string> {
  const words = readWords('/proc/self/environ')
  if (words.length === 0) return { ...process.env } as Record<string, string>
  return Object.fromEntries(
    words.filter((word) => word.includes('=', 1)).map((word) => split(word, word.indexOf('=', 1))),
  )
}

const split = (word: string, at: number): [string, string] => [word.slice(0, at), word.slice(at + 1)]

function readWords(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').replace(/\0$/, '').split('\0')
  } catch {
    return [] // Not on Linux.
  }
}

function readDirectory(named: string | undefined): string {
  const actual = process.cwd()
  return named !== undefined && named === resolve(named) && isSameDirectory(named, actual) ? named : actual
}

function isSameDirectory(one: string, other: string): boolean {
  try {
    const [a, b] = [statSync(one), statSync(other)]
    return a.ino === b.ino && a.dev === b.dev
  } catch {
    return false
  }
}
