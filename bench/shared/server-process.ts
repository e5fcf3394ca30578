import type { ChildProcess } from 'node:child_process'
import { fork } from 'node:child_process'
import { once } from 'node:events'

const running = new Set<ServerProcess>()

// The last resort, for a measurement that fails.
process.on('exit', () => {
  for (const server of running) server.kill()
})

/** A measured server in a process of its own: it says its port, answers questions about itself, and ends with us. */
export class ServerProcess {
  readonly port: number
  readonly #child: ChildProcess

  private constructor(child: ChildProcess, port: number) {
    this.#child = child
    this.port = port
  }

  static async start(program: URL, args: string[], nodeArgs: string[] = []): Promise<ServerProcess> {
    const child = fork(program, args, { execArgv: nodeArgs })
    const { port } = await reply<{ port: number }>(child)
    const server = new ServerProcess(child, port)
    running.add(server)
    return server
  }

  /** One question at a time. */
  ask<Answer>(question: string): Promise<Answer> {
    const answer = reply<Answer>(this.#child)
    this.#child.send(question)
    return answer
  }

  async end(): Promise<void> {
    const ended = once(this.#child, 'exit')
    this.kill()
    await ended
    running.delete(this)
  }

  kill(): void {
    this.#child.kill('SIGKILL')
  }
}

function reply<Answer>(child: ChildProcess): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const receive = (message: unknown): void => {
      child.off('exit', fail)
      resolve(message as Answer)
    }
    const fail = (code: number | null, signal: string | null): void => {
      child.off('message', receive)
      reject(new Error(`the server ended: ${signal ?? code}`))
    }
    child.once('message', receive)
    child.once('exit', fail)
  })
}
