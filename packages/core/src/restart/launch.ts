import type { ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { ZerodownError, messageOf } from '../errors.ts'
import type { LaunchOptions } from '../options/options.ts'
import { findAncestors } from '../process/ancestors.ts'
import { spawnWithChannel } from '../node/internals/spawn-with-channel.ts'
import { hangsUpWithThis } from '../process/terminal.ts'
import type { StartCommand } from './start-command.ts'
import type { InheritedListener } from '../listeners/inherited.ts'
import type { Inheritance, Worker } from './inheritance.ts'
import { INHERITANCE_VARIABLE, writeInheritance } from './inheritance.ts'

/** Everything that starts a successor. */
export interface Launch {
  readonly execPath: string
  readonly argv0: string | undefined
  readonly args: readonly string[]
  readonly cwd: string
  readonly env: NodeJS.ProcessEnv
  /** The listening sockets, which the successor gets as its descriptors 3, 4, 5 …, and their spares behind them. */
  readonly fds: readonly number[]
}

/** Where the listeners begin in a successor, after stdin, stdout and stderr. */
export const FIRST_FD = 3

/** How often a successor may close an inherited listener again before the commit. A program that looks for a free port does so once. */
const SPARES = 3

/** The variables of a channel to the application's own parent. Only the first generation has that channel. */
const CHANNEL_VARIABLES = ['NODE_CHANNEL_FD', 'NODE_CHANNEL_SERIALIZATION_MODE']

/** What is passed to the successor: its generation, the restart signals, the listening sockets. */
export interface PassedOn {
  readonly generation: number
  readonly restartSignals: readonly NodeJS.Signals[]
  readonly listeners: readonly InheritedListener[]
  /** pid of the process that is followed; `undefined`: of none. */
  readonly predecessor?: number | undefined
  /** Where a supervisor starts it. */
  readonly worker?: Worker | undefined
  /** The kinds of connection that this process knows. */
  readonly kinds?: readonly string[]
}

/**
 * Plans how to start the successor: as this process was started, with what the option `launch` changes, and the listeners.
 * @param restore what `launch.env` changed on the way to this process
 * @param firstCwd where the first generation was started
 */
export function planLaunch(
  startCommand: StartCommand,
  options: LaunchOptions,
  passed: PassedOn,
  restore: Inheritance['restore'],
  firstCwd: string = startCommand.cwd,
): Launch {
  const original = originalEnvironment(startCommand.env, restore)
  const env: NodeJS.ProcessEnv = { ...original, ...options.env }
  const cwd = options.cwd === undefined ? firstCwd : resolve(firstCwd, options.cwd)
  // The next generation finds its directory by it, symlinks and all.
  if (options.cwd !== undefined) env['PWD'] = cwd
  env[INHERITANCE_VARIABLE] = writeInheritance({
    ...passed,
    cwd: firstCwd,
    channel: FIRST_FD + (1 + SPARES) * passed.listeners.length,
    listeners: passed.listeners.map((listener, at) => ({
      ...listener,
      fd: FIRST_FD + at,
      spares: Array.from({ length: SPARES }, (_, spare) => FIRST_FD + (spare + 1) * passed.listeners.length + at),
    })),
    restore: changesBetween(original, { ...env, [INHERITANCE_VARIABLE]: undefined }),
  })
  return {
    execPath: options.execPath ?? process.execPath,
    argv0: options.execPath === undefined ? startCommand.argv0 : undefined,
    args: options.args ?? startCommand.args,
    cwd,
    env,
    fds: Array.from({ length: 1 + SPARES }, () => passed.listeners.map(({ fd }) => fd)).flat(),
  }
}

function originalEnvironment(env: StartCommand['env'], restore: Inheritance['restore']): NodeJS.ProcessEnv {
  const original: NodeJS.ProcessEnv = { ...env }
  for (const [name, value] of Object.entries(restore)) original[name] = value ?? undefined
  for (const name of [INHERITANCE_VARIABLE, ...CHANNEL_VARIABLES]) delete original[name]
  return original
}

function changesBetween(original: NodeJS.ProcessEnv, changed: NodeJS.ProcessEnv): Record<string, string | null> {
  const names = new Set([...Object.keys(original), ...Object.keys(changed)])
  return Object.fromEntries(
    [...names].filter((name) => original[name] !== changed[name]).map((name) => [name, original[name] ?? null]),
  )
}

/**
 * Starts the successor.
 * @throws {ZerodownError} `ERR_ZERODOWN_LAUNCH`
 */
export function startProcess(launch: Launch): ChildProcess {
  try {
    return spawnWithChannel({
      file: launch.execPath,
      args: [launch.argv0 ?? launch.execPath, ...launch.args],
      cwd: launch.cwd,
      env: launch.env,
      // In a session of its own no terminal is its own, so that none is hung up on it.
      detached: hangsUpWithThis(findAncestors),
      stdio: ['inherit', 'inherit', 'inherit', ...launch.fds],
    })
  } catch (cause) {
    throw launchFailed(launch, cause)
  }
}

export function launchFailed(launch: Launch, cause: unknown): ZerodownError {
  // Node says `spawn node ENOENT` for a missing directory, too.
  const what = existsSync(launch.cwd) ? `start ${launch.execPath}` : `enter the directory ${launch.cwd}`
  return new ZerodownError(
    'ERR_ZERODOWN_LAUNCH',
    `the restart failed: could not ${what} (${messageOf(cause)}). This process serves on as before. ` +
      'Fix it, or change the launch option, and restart again.',
    { cause },
  )
}
