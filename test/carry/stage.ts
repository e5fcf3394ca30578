import { Agent, request } from 'node:http'
import { join } from 'node:path'
import { writeFile } from 'node:fs/promises'
import { cleanUp } from '../support/clean-up.ts'
import type { ServerOptions, ServerProcess } from '../support/index.ts'
import { startServer, tempDir } from '../support/index.ts'

/** What is particular to one generation. */
export interface Particular {
  without?: boolean | 'once killed'
  version?: number
  maxBytes?: number
  timeout?: number
  /** How many entries it makes, and how large each is. */
  entries?: number
  size?: number
  /** Whether it waits for what comes, before it listens. Default: true */
  waits?: boolean
  /** How long it takes for each slice. ms */
  pace?: number
  /** Kills itself at that entry, once. */
  killGivingAt?: number
  killTakingAt?: number
  /** Gives what cannot be sent. */
  shares?: boolean
  takes?: 'fails'
}

/** The fixture `carry`. */
export async function startCarrying(
  generations: Record<number, Particular> = {},
  { env, ...others }: ServerOptions = {},
): Promise<ServerProcess> {
  const file = join(await tempDir(), 'kill')
  await writeFile(file, '')
  return startServer('carry', { ...others, generations, env: { KILL_FILE: file, ...env } })
}

/** A client that keeps its connection, and asks once. */
export class Client {
  readonly #server: ServerProcess
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 })

  constructor(server: ServerProcess) {
    this.#server = server
    cleanUp(() => this.#agent.destroy())
  }

  ask<Answer>(path: string): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const asked = request({ ...this.#server.target(), path, agent: this.#agent }, (response) => {
        response
          .toArray()
          .then((chunks: Buffer[]) => resolve(JSON.parse(String(Buffer.concat(chunks))) as Answer), reject)
      })
      asked.on('error', reject).end()
    })
  }
}

interface Came {
  entries: number
  bytes: number
  from: { pid: number; generation: number }
  complete: boolean
}

/** What came to a generation. The latest of that number. */
export async function cameTo(
  server: ServerProcess,
  generation: number,
  from = 0,
): Promise<{ counters?: Came; cache?: Came }> {
  const [, json = ''] = await server.waitForLog(new RegExp(`^came to ${generation}: (.*)`), { from })
  return JSON.parse(json) as { counters?: Came; cache?: Came }
}
