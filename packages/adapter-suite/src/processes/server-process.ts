import type { Target } from '@zerodown/load'
import type { Announcement } from './announcement.ts'
import { readAnnouncement, readFarewell } from './announcement.ts'
import { Marker } from './marker.ts'
import { Output } from './output.ts'
import { countFds, isAlive, listProcesses } from './processes.ts'
import type { ServerOptions } from './start-process.ts'
import { startProcess } from './start-process.ts'
import { until } from './until.ts'

/** How long a generation may take until it listens: a large framework on a busy machine takes many seconds. ms */
const START = 40_000

/** How long what a process printed last may take to come to us, in ms. */
const FAREWELL = 500

/** A server and all its successors, seen from outside. */
export class ServerProcess {
  readonly output: Output
  /** Oldest first. A successor that was rolled back is here as well, if it came as far as listening. */
  readonly announcements: Announcement[] = []
  /** The pid of the first generation. */
  readonly pid: number
  #marker = new Marker()
  #exits = new Map<number, number | NodeJS.Signals>()

  /** @param program absolute path */
  constructor(program: string, options: ServerOptions) {
    const child = startProcess(program, { ...options, env: { ...this.#marker.env, ...options.env } })
    const { pid, stdout, stderr } = child
    // Reported by the missing pid already.
    child.on('error', () => {})
    if (pid === undefined || stdout === null || stderr === null) throw new Error(`${program} could not be started`)
    this.pid = pid
    this.output = new Output([stdout, stderr], (line) => this.#read(line))
    child.on('exit', (code, signal) => {
      this.#exits.set(pid, signal ?? code ?? -1)
      this.output.watch.notify()
    })
  }

  /** The newest generation that announced itself and still lives. */
  get latest(): Announcement {
    const latest = this.announcements.findLast(({ pid }) => isAlive(pid))
    if (latest === undefined) throw new Error(`No generation of ${this.pid} is alive. ${this.output}`)
    return latest
  }

  /** Its pid. */
  current(): number {
    return this.latest.pid
  }

  /** The port of its first TCP address. */
  get port(): number {
    const found = this.latest.listening.find((address) => typeof address === 'object')
    if (found === undefined) throw new Error(`It listens on no port. ${this.output}`)
    return found.port
  }

  /** Where a load finds its first address, or the one of that number. */
  target(index = 0): Target {
    const address = this.latest.listening[index]
    if (address === undefined) throw new Error(`It does not listen on ${index + 1} addresses. ${this.output}`)
    if (typeof address === 'string') return { socketPath: address }
    const host = address.address.replace(/^::$/, '::1').replace(/^0\.0\.0\.0$/, '127.0.0.1')
    return { host, port: address.port }
  }

  /** Generation `n`, as soon as it listens: the latest that called itself so. */
  waitForGeneration(n: number, timeout: number = START): Promise<Announcement> {
    return this.#waitFor(
      () => this.announcements.findLast(({ generation }) => generation === n),
      `generation ${n}`,
      timeout,
    )
  }

  /** The announcement of that number, from 0, whichever generation makes it. */
  waitForAnnouncement(index: number, timeout: number = START): Promise<Announcement> {
    return this.#waitFor(() => this.announcements[index], `announcement ${index + 1}`, timeout)
  }

  /** Sends SIGUSR2 to the newest generation, and waits until the next one listens. */
  restart(timeout: number = START): Promise<Announcement> {
    const next = this.announcements.length
    this.signal('SIGUSR2')
    return this.waitForAnnouncement(next, timeout)
  }

  /** Waits until a process has ended: its exit code or signal, where it could be known. */
  async waitForExit(pid: number = this.pid, timeout: number = 15_000): Promise<number | NodeJS.Signals | undefined> {
    await until(
      () => !isAlive(pid),
      () => `the end of ${pid}. ${this.output}`,
      timeout,
    )
    // The kernel knows of it before we are told; of successors, only what they print themselves comes to us.
    const trails = pid === this.pid ? timeout : FAREWELL
    const told = this.output.watch.until(() => this.#exits.has(pid), `the exit code of ${pid}`, trails)
    await told.catch(() => {})
    return this.#exits.get(pid)
  }

  waitForLog(pattern: RegExp, options: { from?: number; timeout?: number } = {}): Promise<RegExpExecArray> {
    return this.output.waitFor(pattern, options)
  }

  signal(signal: NodeJS.Signals, pid: number = this.current()): void {
    process.kill(pid, signal)
  }

  /** How many file descriptors a generation has open. */
  fds(pid: number = this.current()): number {
    return countFds(pid)
  }

  /** Every generation that ever announced itself, and every live process that they started. */
  pids(): number[] {
    return [...new Set([this.pid, ...this.announcements.map(({ pid }) => pid), ...this.alive()])]
  }

  /** Those that live, known to us or not. */
  alive(): number[] {
    return this.#marker.find()
  }

  /** Ended children whose parent lives and has not reaped them. */
  zombies(): number[] {
    const alive = new Set(this.alive())
    return listProcesses()
      .filter(({ state, parent }) => state === 'Z' && alive.has(parent))
      .map(({ pid }) => pid)
  }

  /** Live processes other than those that should be: by default, the newest generation. */
  orphans(expected: number[] = this.announcements.slice(-1).map(({ pid }) => pid)): number[] {
    return this.alive().filter((pid) => !expected.includes(pid))
  }

  /** KILLs every process of the chain, each by its id. */
  killAll(): void {
    for (const pid of this.alive()) {
      try {
        process.kill(pid, 'SIGKILL')
      } catch {
        // It has just ended by itself.
      }
    }
  }

  /** Ends everything, and makes sure. */
  async dispose(): Promise<void> {
    const isOver = (): boolean => {
      this.killAll()
      return this.alive().length === 0
    }
    await until(isOver, () => `the end of ${this.alive().join(', ')}`, 5_000)
  }

  #waitFor(find: () => Announcement | undefined, what: string, timeout: number): Promise<Announcement> {
    const look = (): Announcement | undefined => {
      const found = find()
      if (found === undefined && this.output.closed) throw new Error(`All have ended without ${what}. ${this.output}`)
      return found
    }
    return this.output.watch.until(look, () => `${what}. ${this.output}`, timeout)
  }

  #read(line: string): void {
    const announcement = readAnnouncement(line, this.announcements.length + 1)
    if (announcement !== undefined) this.announcements.push(announcement)
    const farewell = readFarewell(line)
    if (farewell !== undefined) this.#exits.set(farewell.pid, farewell.exit)
  }
}
