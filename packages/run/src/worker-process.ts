import type { ChildProcess } from 'node:child_process'
import type { FromSupervisor, FromWorker, Launch, WorkerTimes } from '@zerodown/core/supervision'
import { Channel, LANES, Lanes, carrierOf, spawnWithChannel, within } from '@zerodown/core/supervision'
import type { Output } from './output.ts'

/** How long what a process has printed last may take to come here, when it has ended. ms */
const OUTPUT_TRAILS = 1000

/** Where the lines of a process go, if not to the output of the supervisor as they are. */
export interface PrefixedOutput {
  readonly stdout: Output
  readonly stderr: Output
  readonly prefix: string
}

/** What became of a process. Neither code nor signal: it lives, and is given up. */
export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  /** As the process has said. */
  readonly reason?: string | undefined
  /** In words, where it lives. */
  readonly how?: string
}

const givenUp = (how: string): Ended => ({ code: null, signal: null, how })

/** Nobody could restart it, nor would it notice the end of the supervisor. */
export const UNREACHABLE: Ended = givenUp('has closed its channel to the supervisor, and is ended')

/** @param timeout ms */
export const notReady = (timeout: number): Ended => givenUp(`was not ready within ${timeout} ms (readyTimeout)`)

/** One process of a slot. */
export class WorkerProcess {
  readonly generation: number
  /** ms since the epoch */
  readonly started: number = Date.now()
  readonly lanes: Lanes
  readonly channel: Channel<FromSupervisor, FromWorker>
  readonly ended: Promise<Ended>
  /** Of its own successor, while that is its business. */
  successor: WorkerProcess | undefined
  /** How its own successor has ended, where it has, and there is no further one. */
  lost: Ended | undefined
  /** What its options say, where it has said so. */
  times: WorkerTimes | undefined
  /** Whether it was ever in charge. */
  served = false
  /** Whether the supervisor ends it, as it was not in charge in time: it is not to be any more. */
  givenUp = false
  /** Whether it has handed over: it accepts no more. */
  committed = false
  /** Why it ends, where it has said so. */
  reason: string | undefined
  readonly #child: ChildProcess

  /** @throws Node's error, if there can be no process */
  constructor(launch: Launch, generation: number, output?: PrefixedOutput) {
    const print = output === undefined ? 'inherit' : 'pipe'
    this.generation = generation
    this.#child = spawnWithChannel({
      file: launch.execPath,
      args: [launch.argv0 ?? launch.execPath, ...launch.args],
      cwd: launch.cwd,
      env: launch.env,
      stdio: ['inherit', print, print, ...launch.fds],
    })
    this.lanes = new Lanes(carrierOf(this.#child))
    this.channel = new Channel(this.lanes.open(LANES.supervisor))
    this.channel.on('dying', ({ message }) => void (this.reason = message))
    this.channel.on('signal-successor', ({ signal }) => this.successor?.kill(signal))
    const printed = output === undefined ? undefined : follow(this.#child, output)
    this.ended = new Promise((resolve, reject) => {
      this.#child.once('exit', async (code, signal) => {
        if (printed !== undefined) await within(OUTPUT_TRAILS, printed)
        resolve({ code, signal, reason: this.reason })
      })
      this.#child.on('error', (error) => {
        // Later ones are signals and messages that did not arrive.
        if (this.#child.pid === undefined) reject(error)
      })
    })
    this.ended.catch(() => {})
  }

  get pid(): number | undefined {
    return this.#child.pid
  }

  get alive(): boolean {
    return this.pid !== undefined && this.#child.exitCode === null && this.#child.signalCode === null
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal)
  }
}

function follow({ stdout, stderr }: ChildProcess, output: PrefixedOutput): Promise<unknown> {
  const { prefix } = output
  return Promise.all([stdout && output.stdout.add(stdout, prefix), stderr && output.stderr.add(stderr, prefix)])
}

/** In words. */
export const howEnded = ({ code, signal, reason, how }: Ended): string => {
  const what = how ?? (signal === null ? `exited with code ${code}` : `was ended by ${signal}`)
  return reason === undefined ? what : `${what} (${reason})`
}
