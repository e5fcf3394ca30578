import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { get } from '../restart/get.ts'
import type { ServerProcess } from '../support/index.ts'
import { isAlive, startServer, tempDir, until } from '../support/index.ts'
import type { Application, Place } from './application.ts'
import { scriptOf } from './edition.ts'
import type { Way } from './way.ts'
import { SLOTS, commandOf } from './way.ts'

/** How long an application may take to start, in ms. */
const START = 60_000

/** An application as its users run it, with zerodown and without. */
export class Running {
  readonly server: ServerProcess
  readonly place: Place
  readonly #way: Way
  readonly #signal: NodeJS.Signals
  readonly #pidFile: string

  constructor(server: ServerProcess, place: Place, way: Way, signal: NodeJS.Signals, pidFile: string) {
    this.server = server
    this.place = place
    this.#way = way
    this.#signal = signal
    this.#pidFile = pidFile
  }

  /** The process in charge: that of `zerodown run`; without zerodown, the one that was started. */
  get pid(): number {
    return this.#way === 'register' ? Number(readFileSync(this.#pidFile, 'utf8')) : this.server.pid
  }

  /** Whom a supervisor ends: what it has started, a wrapper maybe, or who is in charge when that is over. */
  get supervised(): number {
    return isAlive(this.server.pid) ? this.server.pid : this.pid
  }

  /** Resolves when a successor has taken over, or all of them. */
  async commit(): Promise<void> {
    const from = this.server.output.lines.length
    const run = this.#way === 'run'
    // A supervisor is sent what it listens to, whatever the application listens to.
    process.kill(this.pid, run ? 'SIGUSR2' : this.#signal)
    const done = run ? /restarted \d+ slots?/ : /generation \d+ \(pid \d+\) has taken over/
    await this.server.waitForLog(done, { from, timeout: START })
  }

  /** Resolves when only those in charge are left. */
  async predecessorGone(): Promise<void> {
    const workers = this.#way === 'run' ? SLOTS : 0
    await until(
      () => this.server.orphans([this.pid]).length === workers,
      () => `the end of all but ${this.pid}. ${this.server.output}`,
      30_000,
    )
  }

  /** Resolves when nothing of it is left, and all that it printed is here. */
  async ended(): Promise<void> {
    const left = (): string => `the end of ${this.server.alive().join(', ')}. ${this.server.output}`
    await until(() => this.server.alive().length === 0, left, 30_000)
    await this.server.output.watch.until(() => this.server.output.closed, left)
  }

  /** What the application said of its own cleaning up. */
  get cleanedUp(): string[] {
    return this.server.output.lines.flatMap((line) => /^cleaned up: (.*)/.exec(line)?.[1] ?? [])
  }
}

export interface Start {
  readonly way: Way
  readonly env?: Record<string, string>
}

export async function start(application: Application, folder: string, how: Start): Promise<Running> {
  const { way } = how
  const data = await tempDir()
  const place = { ...(await freePlace()), data }
  const { args, env, path, prepare, signal = 'SIGUSR2' } = application
  const pidFile = join(data, 'pid')
  const command = commandOf(way, application, pidFile)
  const [program = '', ...words] = [...command.wrapper, join(folder, scriptOf(application)), ...(args?.(place) ?? [])]
  const server = await startServer(program, {
    cwd: folder,
    args: words,
    nodeArgs: command.nodeArgs,
    env: { NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1', ...env?.(place), ...command.env, ...how.env },
    ready: false,
  })
  const answers = async (): Promise<boolean> => {
    if (server.output.closed) throw new Error('It has ended.')
    await get(place, path)
    return true
  }
  await until(answers, () => `an answer to ${path}. ${server.output}`, START)
  await prepare?.(place)
  if (way === 'run') await server.waitForLog(/workers serve$/, { timeout: START })
  return new Running(server, place, way, signal, pidFile)
}

/**
 * A port of an address of 127/8 that nobody else uses: applications want to be told theirs, and between now and their
 * `listen()` others on this machine open connections by the thousand, from ports of 127.0.0.1.
 */
async function freePlace(): Promise<{ host: string; port: number }> {
  const host = `127.${randomInt(1, 255)}.${randomInt(256)}.${randomInt(1, 255)}`
  const probe = createServer().listen(0, host)
  await once(probe, 'listening')
  const { port } = probe.address() as AddressInfo
  await new Promise((closed) => probe.close(closed))
  return { host, port }
}
