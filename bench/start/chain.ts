import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Identity } from './first-answer.ts'
import { firstAnswer } from './first-answer.ts'
import { whenGone } from '../shared/when-gone.ts'

const PROGRAM = new URL('server.js', import.meta.url)

const running = new Set<Chain>()

// The last resort, for a measurement that fails.
process.on('exit', () => {
  for (const chain of running) chain.kill()
})

/** The program, started cold, and its successors. */
export class Chain {
  /** From the start of the process to its first answer, in ms. */
  readonly coldStart: number
  readonly #port: number
  #latest: Identity

  private constructor(port: number, latest: Identity, coldStart: number) {
    this.#port = port
    this.#latest = latest
    this.coldStart = coldStart
    running.add(this)
  }

  static async start(port: number): Promise<Chain> {
    const began = performance.now()
    const child = spawn(process.execPath, [PROGRAM.pathname, String(port)], { stdio: ['ignore', 'ignore', 'inherit'] })
    const exited = once(child, 'exit')
    const end = (): boolean => child.kill('SIGKILL')
    process.on('exit', end)
    const ended = exited.then(() => Promise.reject(new Error('the program ended before its first answer')))
    ended.catch(() => {})
    const identity = await Promise.race([firstAnswer(port, () => true, true), ended])
    const took = performance.now() - began
    process.off('exit', end)
    return new Chain(port, identity, took)
  }

  /** From SIGUSR2 to the first answer of the successor, in ms. Resolves when the predecessor has ended. */
  async restart(): Promise<number> {
    const predecessor = this.#latest
    const began = performance.now()
    process.kill(predecessor.pid, 'SIGUSR2')
    this.#latest = await firstAnswer(this.#port, ({ generation }) => generation > predecessor.generation, false)
    const took = performance.now() - began
    await whenGone(predecessor.pid)
    return took
  }

  async end(): Promise<void> {
    this.kill()
    await whenGone(this.#latest.pid)
    running.delete(this)
  }

  kill(): void {
    process.kill(this.#latest.pid, 'SIGKILL')
  }
}
