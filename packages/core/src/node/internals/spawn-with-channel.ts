import { ChildProcess } from 'node:child_process'

/**
 * The part of `ChildProcess` below its documented makers, `spawn()` and `fork()`. Those give every channel to the
 * application.
 */
interface Spawns {
  _handle: { spawn: (...options: unknown[]) => number }
  spawn: (options: SpawnOptions) => number
}

interface SpawnOptions {
  file: string
  args: readonly string[]
  cwd?: string
  detached?: boolean
  readonly envPairs: string[]
  stdio: unknown[]
}

/** A program to start; the channel to it is the last of its descriptors. */
export interface Command {
  readonly file: string
  /** With `argv[0]` as the first. */
  readonly args: readonly string[]
  readonly cwd: string
  readonly env: NodeJS.ProcessEnv
  /** Whether it leads a session of its own, setsid(2). */
  readonly detached?: boolean
  /** What descriptors 0, 1, 2 … are to be; the channel comes next. */
  readonly stdio: readonly ('inherit' | 'pipe' | number)[]
}

/**
 * Starts a program with an IPC channel that Node does not set up over there: `process.send`, `process.channel` and
 * their events stay as they were. `spawn()` always tells Node to set one up, by a variable (`NODE_CHANNEL_FD`) that it
 * adds to `envPairs`. So each reader of `envPairs` gets a copy of its own.
 */
export function spawnWithChannel({ file, args, cwd, env, detached = false, stdio }: Command): ChildProcess {
  const pairs = Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : `${name}=${value}`))
  const child = new ChildProcess()
  ;(child as unknown as Spawns).spawn({
    file,
    args,
    cwd,
    detached,
    get envPairs() {
      return [...pairs]
    },
    stdio: [...stdio, 'ipc'],
  })
  return child
}

/**
 * The other end of such a channel, over its descriptor: an object like a child's, with `send()`, 'message' and
 * 'disconnect'. No process is started: we let Node prepare a child, and where it would start the process, we put the
 * child's end of the channel over the descriptor.
 */
export function channelOver(fd: number): ChildProcess {
  const end = new ChildProcess()
  const { _handle: handle } = end as unknown as Spawns
  const options: SpawnOptions = { file: '', args: [], envPairs: [], stdio: ['ignore', 'ignore', 'ignore', 'ipc'] }
  handle.spawn = () => {
    // By now Node has replaced each entry by what it has made of it.
    const [, , , channel] = options.stdio as { handle: { open: (fd: number) => void } }[]
    channel?.handle.open(fd)
    return 0
  }
  ;(end as unknown as Spawns).spawn(options)
  return end
}
