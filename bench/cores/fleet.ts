import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { freePort } from '../shared/free-port.ts'
import { isThere, whenGone } from '../shared/when-gone.ts'
import type { Command, Plan, Side } from './sides.ts'

/** How long a fleet may take to start or to restart, on a busy machine. ms */
const DEADLINE = 120_000

const running = new Set<Fleet>()

// The last resort: for a measurement that fails, and for Ctrl-C.
process.on('exit', () => {
  for (const fleet of running) fleet.endAtOnce()
})

/** Several processes of the measured program, and the one that has started them. */
export class Fleet {
  readonly port: number
  readonly #side: Side
  readonly #plan: Plan
  readonly #keeper: ChildProcess
  /** Commands under way. */
  readonly #commands = new Set<ChildProcess>()

  private constructor(side: Side, plan: Plan, port: number) {
    this.#side = side
    this.#plan = plan
    this.port = port
    mkdirSync(join(plan.folder, 'workers'))
    running.add(this)
    this.#keeper = this.#spawn(side.start(plan))
  }

  /** Resolves when all workers listen. */
  static async start(side: Side, workers: number, args: readonly string[] = []): Promise<Fleet> {
    const port = await freePort()
    const folder = mkdtempSync(join(tmpdir(), 'zerodown-cores-'))
    const fleet = new Fleet(side, { workers, folder, args }, port)
    await fleet.#until('start', () => fleet.workers.length === workers)
    return fleet
  }

  /** The pids of the workers, as they have announced themselves. */
  get workers(): number[] {
    return readdirSync(join(this.#plan.folder, 'workers')).map(Number).filter(isThere)
  }

  /** Those, and the process that has started them. */
  get processes(): number[] {
    const { pid } = this.#keeper
    return pid === undefined ? this.workers : [pid, ...this.workers]
  }

  /** Restarts all workers. Resolves when the command for that has ended, with the time that it took. ms */
  async restart(): Promise<number> {
    const { restart } = this.#side
    if (restart === undefined) throw new Error('this side cannot restart')
    const before = this.workers
    const began = performance.now()
    const command = this.#spawn(restart(this.#plan))
    this.#commands.add(command)
    const [code] = (await once(command, 'exit')) as [number | null]
    this.#commands.delete(command)
    const took = performance.now() - began
    if (code !== 0) throw new Error(`the restart ended with ${code}:\n${this.#log()}`)
    const isNew = (pid: number): boolean => !before.includes(pid)
    await this.#until('restart', () => this.workers.filter(isNew).length === this.#plan.workers)
    return took
  }

  async end(): Promise<void> {
    const all = this.processes
    this.endAtOnce()
    running.delete(this)
    await Promise.all(all.map(whenGone))
    this.#removeFolder()
  }

  /** Workers that have not announced themselves yet end by themselves when the process is gone that has started them. */
  endAtOnce(): void {
    for (const child of [this.#keeper, ...this.#commands]) child.kill('SIGKILL')
    for (const pid of this.workers) killIfThere(pid)
    this.#removeFolder()
  }

  #removeFolder(): void {
    rmSync(this.#plan.folder, { recursive: true, force: true, maxRetries: 10 })
  }

  #spawn({ args, env }: Command): ChildProcess {
    const { folder } = this.#plan
    const output = openSync(join(folder, 'log'), 'a')
    const child = spawn(process.execPath, args, {
      cwd: folder,
      env: { ...process.env, PORT: String(this.port), WORKERS_FOLDER: join(folder, 'workers'), ...env },
      stdio: ['ignore', output, output],
    })
    closeSync(output)
    return child
  }

  async #until(what: string, isDone: () => boolean): Promise<void> {
    const deadline = performance.now() + DEADLINE
    while (!isDone()) {
      const over = this.#keeper.exitCode ?? this.#keeper.signalCode
      if (over !== null) throw new Error(`${what}: the process that stays has ended (${over}):\n${this.#log()}`)
      if (performance.now() > deadline) throw new Error(`${what}: not done in ${DEADLINE} ms:\n${this.#log()}`)
      await wait(20)
    }
  }

  #log(): string {
    return readFileSync(join(this.#plan.folder, 'log'), 'utf8').slice(-2000)
  }
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended by itself.
  }
}
