import type { ChildProcess } from 'node:child_process'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { freshRequest } from './fresh-request.ts'

interface Told {
  readonly port: number
  /** Over TCP alone, where it does. */
  readonly tcp?: number
}

/** How the connections of a server have moved. */
export interface Moved {
  readonly ledger: { readonly duration: number; readonly handedOver: number }
  /** How long each was read by nobody. ms */
  readonly frozen: readonly number[]
  /** From SIGUSR2 to the end of the old process. ms */
  readonly exit: number
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

  /** Has the first generation restart, and waits for its end. @returns how its connections have moved */
  async restart(): Promise<Moved> {
    const told = once(this.child, 'message') as Promise<[Pick<Moved, 'ledger' | 'frozen'>]>
    const exited = once(this.child, 'exit')
    const began = performance.now()
    this.child.kill('SIGUSR2')
    const [moved] = await told
    await exited
    return { ...moved, exit: performance.now() - began }
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
