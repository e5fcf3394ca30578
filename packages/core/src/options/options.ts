import type { Logger } from '../logger.ts'

/** Which signals do what. */
export interface Signals {
  /** Signals that start a restart. Default: `'SIGUSR2'`. `false`: none. */
  restart?: NodeJS.Signals | readonly NodeJS.Signals[] | false
  /** Signals that drain and end the process. Default: `['SIGTERM', 'SIGINT']`. `false`: none. */
  shutdown?: NodeJS.Signals | readonly NodeJS.Signals[] | false
  /**
   * Signals whose other listeners in this process are called when it leaves after a restart, drained and with its
   * hooks run: for an application that closes its database when it hears SIGTERM, which does not come then. Default:
   * `false`: none.
   */
  leave?: NodeJS.Signals | readonly NodeJS.Signals[] | false
}

/** How a successor is started, where that differs from how this process was started. */
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
   * Changes made to `process.env` at run time are not passed on. Default: none.
   */
  env?: Readonly<Record<string, string | undefined>>
}

/** Options belong to the process: every entry point takes them, and two that disagree are an error. */
export interface Options {
  /**
   * Which signals to listen to, from the first `listen()` on. `false`: none. Under `zerodown run`, SIGTERM and SIGINT drain
   * and end a worker in any case.
   */
  signals?: Signals | false
  /**
   * When this process counts as ready. `'auto'` (default): when all attached servers listen and every inherited
   * listener is adopted. `'manual'`: when `zerodown.ready()` is called. Before that, a successor accepts nothing on
   * the listeners that it has adopted; its predecessor does.
   */
  readiness?: 'auto' | 'manual'
  /**
   * How long a successor may take to become ready before it is ended and the restart given up. Under `zerodown run` it
   * counts for each process that starts. ms, default 60 000.
   */
  readyTimeout?: number
  /**
   * How long both serve after the successor is ready. If it dies, hangs or stops listening in that time, the restart is
   * rolled back. ms, default 1000.
   */
  probation?: number
  /** How long what is in flight may take after the listeners are given up. What is left is cut. ms, default 20 000. */
  drainTimeout?: number
  /**
   * How many processes of this service may live at a time, the successor included, where it is restarted faster than it
   * drains. Before one more is started, the restart waits for the oldest to finish, for 10 000 ms at most; then the drain
   * of the oldest ends as at `drainTimeout`, and what is left in it is cut. At least 2, default 4.
   */
  maxGenerations?: number
  /**
   * Whether idle HTTP/1.1 connections move to the successor, unnoticed by their clients. `false`: they linger, and
   * their next answer says `Connection: close`; so does that of one that has not moved in half of `drainTimeout`, as to a
   * successor that is stuck. Default: true.
   */
  handover?: boolean
  /**
   * How long to go on accepting connections after a shutdown signal or `shutdown()`, so that a load balancer notices
   * first. Not used by a restart. ms, default 0.
   */
  shutdownDelay?: number
  /**
   * The idle timeout of the load balancer or proxy in front. Each server whose `keepAliveTimeout` is not longer gets a
   * warning at the start, as it would close connections that the load balancer still uses. ms, default: none.
   */
  lbIdleTimeout?: number
  /**
   * A file that holds the pid of the process in charge. It changes at commit, and stays as it was when a restart
   * fails. Relative paths are taken from the directory the process was started in. Default: none.
   */
  pidFile?: string
  /**
   * The path of a unix socket on which this service can be watched and controlled by HTTP: `zerodown status`, `reload`
   * and `stop` use it. Its mode is 0600. Relative paths are taken from the directory the process was started in.
   * Default: none; with `pidFile`, that path and `.sock`. `false`: none in any case.
   */
  control?: string | false
  /** How the successor is started, where that differs from how this process was started. */
  launch?: LaunchOptions
  /** Whether to end the process (exit code 0) after the drain and the shutdown hooks. Default: true. */
  exit?: boolean
  /** Where log lines go. Default: short lines on stderr. `false`: nowhere. */
  logger?: Logger | false
}

/** Options with every default filled in, each in one form. */
export interface Settings extends Readonly<
  Required<Omit<Options, 'signals' | 'lbIdleTimeout' | 'pidFile' | 'control' | 'logger'>>
> {
  readonly signals: Readonly<Record<keyof Signals, readonly NodeJS.Signals[]>>
  readonly lbIdleTimeout: number | undefined
  readonly pidFile: string | undefined
  /** `undefined`: beside the pid file, if there is one. */
  readonly control: string | false | undefined
  readonly logger: Logger
}

/** How long a stop may take until what is in flight is cut, without the shutdown hooks. ms */
export const stopTimeoutOf = ({
  shutdownDelay,
  drainTimeout,
}: Pick<Settings, 'shutdownDelay' | 'drainTimeout'>): number => shutdownDelay + drainTimeout
