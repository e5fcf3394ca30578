import { chmodSync } from 'node:fs'
import type { Server, Socket } from 'node:net'
import { createServer } from 'node:net'
import type { Logger } from '@zerodown/core/supervision'
import { fits, identify, messageOf, putInPlace, removeUnixPath, temporaryPath } from '@zerodown/core/supervision'
import type { RollOutcome } from './rolls.ts'

/** The first line that a client gets. */
export interface Greeting {
  readonly zerodown: 1
  /** The supervisor's. */
  readonly pid: number
  /** How many there are. */
  readonly slots: number
}

/** A line that a client may send. The answer is one line as well. */
export interface Request {
  readonly ask: 'restart'
}

/** Who may signal a process may also connect here: its own user, and root. */
const MODE = 0o600

/**
 * A unix socket. A signal has no answer; whoever asks for a restart here is told what it came to. It
 * speaks JSON, a line each.
 */
export class ControlSocket {
  readonly #path: string
  readonly #server: Server
  #file: string | undefined

  /** @param restart restarts all slots */
  constructor(path: string, slots: number, restart: () => Promise<RollOutcome>) {
    this.#path = path
    this.#server = createServer((client) => {
      serve(client, restart)
      client.write(line({ zerodown: 1, pid: process.pid, slots } satisfies Greeting))
    })
    // It is the workers that keep this process alive.
    this.#server.unref()
  }

  /** Replaces what a process that was killed has left there. Without it, everything else works: a warning is enough. */
  async open(logger: Logger): Promise<void> {
    try {
      if (!fits(this.#path)) throw new Error('the path is too long for a unix socket')
      const temporary = temporaryPath(this.#path)
      await this.#listen(temporary)
      chmodSync(temporary, MODE)
      putInPlace(temporary, this.#path)
      this.#file = identify(this.#path)
    } catch (error) {
      this.#server.close()
      logger.warn(
        `cannot listen on ${this.#path} (${messageOf(error)}): zerodown reload cannot tell what a restart comes to. ` +
          'This log does.',
      )
    }
  }

  close(): void {
    this.#server.close()
    if (this.#file !== undefined) removeUnixPath(this.#path, this.#file)
  }

  #listen(path: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject).once('listening', resolve)
      // Nobody else can connect even before the mode is set.
      const umask = process.umask(0o777 & ~MODE)
      this.#server.listen(path)
      process.umask(umask)
    })
  }
}

/** No request is as long as that. */
const LONGEST = 1000

function serve(client: Socket, restart: () => Promise<RollOutcome>): void {
  let text = ''
  client.unref()
  client.on('error', () => {}) // It has gone, and the restart goes on.
  client.setEncoding('utf8').on('data', function take(chunk: string) {
    text += chunk
    if (!text.includes('\n') && text.length <= LONGEST) return
    client.off('data', take).resume()
    if (asksToRestart(text)) void restart().then((outcome) => client.end(line(outcome)))
    else client.end(line({ code: 'ERR_ZERODOWN_UNSUPPORTED', message: 'this supervisor does not know that request.' }))
  })
}

function asksToRestart(text: string): boolean {
  try {
    return (JSON.parse(text) as Partial<Request> | null)?.ask === 'restart'
  } catch {
    return false
  }
}

const line = (value: object): string => `${JSON.stringify(value)}\n`
