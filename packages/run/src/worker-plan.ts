import type { AnyPort, InheritedListener, Launch, StartCommand } from '@zerodown/core/supervision'
import { planLaunch } from '@zerodown/core/supervision'
import { checkEnvFiles } from './env-files.ts'
import { Output } from './output.ts'
import { hasReusePort } from './reuse-port.ts'
import { passedOn } from './service-manager.ts'
import type { RunSettings } from './settings.ts'
import type { PrefixedOutput } from './worker-process.ts'

/** How workers are started: all of them in the same way, but for their places. */
export class WorkerPlan {
  /** Whether each slot binds sockets of its own. */
  readonly reusePort: boolean
  readonly #slots: number
  readonly #envFiles: readonly string[]
  readonly #piped: boolean
  readonly #sticky: boolean
  readonly #command: StartCommand
  readonly #output: Omit<PrefixedOutput, 'prefix'> | undefined

  /** @param own how this process was started */
  constructor({ args, env, envFiles, workers, sticky, prefix }: RunSettings, own: StartCommand) {
    this.#slots = workers
    this.#envFiles = envFiles
    this.#piped = prefix
    this.#sticky = sticky
    this.reusePort = workers > 1 && hasReusePort()
    this.#command = { argv0: own.argv0, args, env: { ...passedOn(own.env), ...env }, cwd: own.cwd }
    this.#output = prefix ? { stdout: new Output(process.stdout), stderr: new Output(process.stderr) } : undefined
  }

  /**
   * @param anyPorts the ports that the first slot got where it asked for any
   * @throws {ZerodownError} `ERR_ZERODOWN_LAUNCH`: a file of variables cannot be read
   */
  launch(
    slot: number,
    generation: number,
    listeners: readonly InheritedListener[],
    anyPorts: readonly AnyPort[] | undefined,
  ): Launch {
    const { reusePort } = this
    const ports = reusePort ? anyPorts : undefined
    const all = { slots: this.#slots, supervisor: process.pid, piped: this.#piped, sticky: this.#sticky }
    const worker = { ...all, slot, reusePort, ports }
    const launch = planLaunch(this.#command, {}, { generation, listeners, restartSignals: ['SIGUSR2'], worker }, {})
    checkEnvFiles(this.#envFiles, launch.cwd)
    return launch
  }

  /** Where a worker prints; `undefined`: where this process does. */
  output(slot: number, generation: number): PrefixedOutput | undefined {
    return this.#output && { ...this.#output, prefix: `[${slot}.${generation}] ` }
  }
}
