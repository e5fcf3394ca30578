import { readFileSync, readlinkSync } from 'node:fs'
import { basename } from 'node:path'
import { procStat } from './proc-stat.ts'

/** A process that this one descends from. */
export interface Ancestor {
  readonly pid: number
  /** Its command line; empty where this process may not see it. */
  readonly args: readonly string[]
  /** The names that it may be known by: of the program, and of the script that an interpreter runs. */
  readonly names: readonly string[]
}

/** Programs that are known by the script that they run. */
const INTERPRETERS = /^(node|nodejs|bun|python[\d.]*|ruby|perl)$/

/**
 * Finds the processes that this one descends from: its parent first; PID 1 last, or one that came into a container from
 * outside. Known on Linux only (proc(5)); `undefined` elsewhere.
 */
export function findAncestors(): Ancestor[] | undefined {
  // If /proc is that of another PID namespace, all its numbers mean other processes.
  if (readOr(() => readlinkSync('/proc/self')) !== String(process.pid)) return undefined
  const found: Ancestor[] = []
  for (let pid = process.ppid; pid > 0;) {
    const parent = procStat(pid)?.parent
    if (parent === undefined) return undefined // It has just ended.
    found.push(describe(pid))
    pid = parent
  }
  return found
}

/**
 * Whether a process is a child of another one, or a child of its child, and so on. Known on Linux only; `undefined`
 * elsewhere, and where /proc hides one of them.
 */
export function descends(pid: number, from: number): boolean | undefined {
  for (let at: number | undefined = pid; at !== undefined; at = procStat(at)?.parent) {
    if (at === 0) return false
    if (at === from && at !== pid) return true
  }
  return undefined
}

/** Whether an ancestor is one of these programs. */
export const isOne = ({ names }: Ancestor, programs: ReadonlySet<string>): boolean =>
  names.some((name) => programs.has(name))

function describe(pid: number): Ancestor {
  const args = (read(pid, 'cmdline') ?? '').replace(/\0+$/, '').split('\0')
  return { pid, args, names: namesOf(args, (read(pid, 'comm') ?? '').trim()) }
}

/**
 * Some programs put a title in the place of their command line: `npm start`, `tmux: server`. A login shell is `-bash`,
 * and WSL has `init(Ubuntu)`.
 */
export function namesOf([program = '', script = '']: readonly string[], comm: string): string[] {
  const words = [program, comm].map((name) => basename(name.split(' ')[0] ?? '').replace(/^-|:$|\(.*$/g, ''))
  const isInterpreter = words.some((word) => INTERPRETERS.test(word))
  const all = isInterpreter ? [...words, basename(script).replace(/(-cli)?\.[cm]?js$/, '')] : words
  return [...new Set(all)].filter((name) => name !== '')
}

const read = (pid: number, file: string): string | undefined =>
  readOr(() => readFileSync(`/proc/${pid}/${file}`, 'latin1'))

function readOr(look: () => string): string | undefined {
  try {
    return look()
  } catch {
    return undefined
  }
}
