import type { ChildProcess } from 'node:child_process'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { freshRequest } from './fresh-request.ts'

interface Told {
  readonly port: number
  /** Over TCP alone, where it does. */
  readonly tcp?: number
}

const started = new Set<number>()

// The last resort, for a measurement that fails.
process.on('exit', () => {
  for (const pid of started) kill(pid)
})

/** A server that restarts, seen from outside: the first generation is our child, the others are known by their answers. */
export class Measured {
  readonly child: ChildProcess
  /** Where it listens: over HTTP at `port`. */
  readonly told: Told

  private constructor(child: ChildProcess, told: Told) {
    this.child = child
    this.told = told
  }

  get port(): number {
    return this.told.port
  }

  static async start(program: URL, args: string[]): Promise<Measured> {
    const child = fork(program, args)
    if (child.pid !== undefined) started.add(child.pid)
    const [told] = (await once(child, 'message')) as [Told]
    return new Measured(child, told)
  }

  /** Which process answers a new connection now. */
  async who(): Promise<{ pid: number; generation: number }> {
    const answer = await freshRequest(this.port)
    const identity = JSON.parse(answer.slice(answer.indexOf('\r\n\r\n') + 4)) as { pid: number; generation: number }
    started.add(identity.pid)
    return identity
  }

  async end(): Promise<void> {
    const { pid } = await this.who()
    kill(pid)
    if (this.child.exitCode === null && this.child.signalCode === null && this.child.pid !== undefined) {
      kill(this.child.pid)
      await once(this.child, 'exit')
    }
  }
}

function kill(pid: number): void {
  started.delete(pid)
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended by itself.
  }
}
