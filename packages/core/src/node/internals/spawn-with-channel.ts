import { ChildProcess } from 'node:child_process'

/** What `ChildProcess` does, whose documented makers, `spawn()` and `fork()`, give every channel to the application. */
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

/** A program to start, with a channel as the last of its descriptors. */
export interface Command {
  readonly file: string
  /** `argv[0]` among them. */
  readonly args: readonly string[]
  readonly cwd: string
  readonly env: NodeJS.ProcessEnv
  /** Whether it leads a session of its own, setsid(2). */
  readonly detached?: boolean
  /** What becomes descriptor 0, 1, 2 …; the channel comes behind. */
  readonly stdio: readonly ('inherit' | number)[]
}

/**
 * Starts a program with an IPC channel that Node does not set up over there: `process.send`, `process.channel` and their
 * events stay what they were. `spawn()` always adds the variable that makes a Node set it up (`NODE_CHANNEL_FD`). It adds
 * it to `envPairs`, so each reader of that gets a copy of its own.
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
 * The other end of such a channel, over its descriptor, as an object like that of a child: `send()`, 'message',
 * 'disconnect'. Nothing is started: the making of a child is stopped where its process would begin, and its end of the
 * channel put over the descriptor.
 */
export function channelOver(fd: number): ChildProcess {
  const end = new ChildProcess()
  const { _handle: handle } = end as unknown as Spawns
  const options: SpawnOptions = { file: '', args: [], envPairs: [], stdio: ['ignore', 'ignore', 'ignore', 'ipc'] }
  handle.spawn = () => {
    // By now Node has put there what it has made of each.
    const [, , , channel] = options.stdio as { handle: { open: (fd: number) => void } }[]
    channel?.handle.open(fd)
    return 0
  }
  ;(end as unknown as Spawns).spawn(options)
  return end
}
