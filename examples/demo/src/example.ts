import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { isRunning } from './process.ts'

export interface Generation {
  generation: number
  pid: number
  host: string
  port: number
}

const SERVER = fileURLToPath(import.meta.resolve('zerodown-example-express/server.js'))
const LISTENING = /^generation (\d+), pid (\d+): listening on http:\/\/(.+):(\d+)$/
const LINES_KEPT = 40

/** The Express example and all its successors, which share its stdout and stderr. */
export class Example {
  /** What zerodown and the example have last logged. */
  readonly log: string[] = []
  readonly generations: Generation[] = []
  #child: ChildProcess
  #ended = false

  constructor() {
    // A process group of its own: whatever state a restart is in, all of it can be ended by one id.
    this.#child = spawn(process.execPath, [SERVER], {
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, PORT: '0', HOST: '127.0.0.1' },
    })
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      if (stream !== null) createInterface({ input: stream }).on('line', (line) => this.#read(line))
    }
    this.#child.on('close', () => (this.#ended = true))
  }

  /** The generation of that number, once it listens. */
  generation(number: number, timeout = 15_000): Promise<Generation> {
    const find = (): Generation | undefined => this.generations.findLast(({ generation }) => generation === number)
    return this.#until(find, `generation ${number} does not listen`, timeout)
  }

  /** Waits until the process of an older generation has left. */
  async left({ generation, pid }: Generation, timeout = 30_000): Promise<void> {
    await this.#until(() => !isRunning(pid) || undefined, `generation ${generation} does not leave`, timeout)
  }

  /** Drains the generation that serves; whatever is left after `timeout` ms is killed. */
  async end(timeout = 10_000): Promise<void> {
    const current = this.generations.at(-1)
    if (current !== undefined && isRunning(current.pid)) process.kill(current.pid, 'SIGTERM')
    await this.#until(() => this.#ended || undefined, 'the example does not end', timeout).catch(() => this.kill())
  }

  /** At once, and everything that belongs to it. */
  kill(): void {
    if (this.#ended || this.#child.pid === undefined) return
    try {
      process.kill(-this.#child.pid, 'SIGKILL')
    } catch {
      // The last of them has just ended.
    }
  }

  #read(line: string): void {
    this.log.push(line)
    if (this.log.length > LINES_KEPT) this.log.shift()
    const [, generation, pid, host, port] = LISTENING.exec(line) ?? []
    if (host === undefined) return
    this.generations.push({ generation: Number(generation), pid: Number(pid), host, port: Number(port) })
  }

  async #until<T>(find: () => T | undefined, complaint: string, timeout: number): Promise<T> {
    const deadline = performance.now() + timeout
    while (true) {
      const found = find()
      if (found !== undefined) return found
      if (this.#ended) throw new Error(`${complaint}: the example has ended`)
      if (performance.now() > deadline) throw new Error(`${complaint}, after ${timeout} ms`)
      await sleep(10)
    }
  }
}
