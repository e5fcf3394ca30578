import type { ChildProcess } from 'node:child_process'
import type { FromSupervisor, FromWorker, Launch } from '@zerodown/core/supervision'
import { Channel, LANES, Lanes, carrierOf, spawnWithChannel } from '@zerodown/core/supervision'

export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  /** As the process has said. */
  readonly reason?: string | undefined
}

/** One process of a slot. */
export class WorkerProcess {
  readonly generation: number
  readonly lanes: Lanes
  readonly channel: Channel<FromSupervisor, FromWorker>
  readonly ended: Promise<Ended>
  /** Of its own successor, while that is its business. */
  successor: WorkerProcess | undefined
  /** Why it ends, where it has said so. */
  reason: string | undefined
  readonly #child: ChildProcess

  /** @throws Node's error, if there can be no process */
  constructor(launch: Launch, generation: number) {
    this.generation = generation
    this.#child = spawnWithChannel({
      file: launch.execPath,
      args: [launch.argv0 ?? launch.execPath, ...launch.args],
      cwd: launch.cwd,
      env: launch.env,
      stdio: ['inherit', 'inherit', 'inherit', ...launch.fds],
    })
    this.lanes = new Lanes(carrierOf(this.#child))
    this.channel = new Channel(this.lanes.open(LANES.supervisor))
    this.ended = new Promise((resolve, reject) => {
      this.#child.once('exit', (code, signal) => resolve({ code, signal, reason: this.reason }))
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

/** In words. */
export const howEnded = ({ code, signal, reason }: Ended): string => {
  const how = signal === null ? `exited with code ${code}` : `was ended by ${signal}`
  return reason === undefined ? how : `${how} (${reason})`
}
