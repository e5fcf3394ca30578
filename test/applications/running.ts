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

/** How long an application may take to start, in ms. */
const START = 60_000

/** An application as its users run it, with zerodown and without. */
export class Running {
  readonly server: ServerProcess
  readonly place: Place
  readonly #signal: NodeJS.Signals
  readonly #pidFile: string | undefined

  constructor(server: ServerProcess, place: Place, signal: NodeJS.Signals, pidFile?: string) {
    this.server = server
    this.place = place
    this.#signal = signal
    this.#pidFile = pidFile
  }

  /** The process in charge; without zerodown, the one that was started. */
  get pid(): number {
    return this.#pidFile === undefined ? this.server.pid : Number(readFileSync(this.#pidFile, 'utf8'))
  }

  /** Whom a supervisor ends: what it has started, a wrapper maybe, or who is in charge when that is over. */
  get supervised(): number {
    return isAlive(this.server.pid) ? this.server.pid : this.pid
  }

  /** Resolves when a successor has taken over. */
  async commit(): Promise<void> {
    const from = this.server.output.lines.length
    process.kill(this.pid, this.#signal)
    await this.server.waitForLog(/generation \d+ \(pid \d+\) has taken over/, { from, timeout: START })
  }

  /** Resolves when only the process in charge is left. */
  async predecessorGone(): Promise<void> {
    await until(
      () => this.server.orphans([this.pid]).length === 0,
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
  readonly registered: boolean
  readonly env?: Record<string, string>
}

export async function start(application: Application, folder: string, how: Start): Promise<Running> {
  const { registered } = how
  const data = await tempDir()
  const place = { ...(await freePlace()), data }
  const { script, args, env, by = 'option', path, prepare, signal = 'SIGUSR2' } = application
  const pidFile = join(data, 'pid')
  const server = await startServer(join(folder, script), {
    cwd: folder,
    args: args?.(place) ?? [],
    nodeArgs: registered && by === 'option' ? ['--import', 'zerodown/register'] : [],
    env: {
      NODE_ENV: 'production',
      NEXT_TELEMETRY_DISABLED: '1',
      ...env?.(place),
      ...(registered ? { ZERODOWN_PID_FILE: pidFile, ZERODOWN_SIGNALS_RESTART: signal } : {}),
      ...(registered && by === 'NODE_OPTIONS' ? { NODE_OPTIONS: '--import=zerodown/register' } : {}),
      ...how.env,
    },
    ready: false,
  })
  const answers = async (): Promise<boolean> => {
    if (server.output.closed) throw new Error('It has ended.')
    await get(place, path)
    return true
  }
  await until(answers, () => `an answer to ${path}. ${server.output}`, START)
  await prepare?.(place)
  return new Running(server, place, signal, registered ? pidFile : undefined)
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
