import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'vitest'
import { Wire } from '../handover/stage/wire.ts'
import type { ServerOptions, ServerProcess } from '../support/index.ts'
import { startServer, tempDir } from '../support/index.ts'

/** What the fixture `sessions` answers to a request of a session. */
export interface Counted {
  count: number
  /** The generation. */
  by: number
  bytes: number
}

export const POST = (path: string, body = ''): string =>
  `POST ${path} HTTP/1.1\r\nhost: localhost\r\ncontent-length: ${body.length}\r\n\r\n${body}`

/** The next answer, which has to be one of a session. */
export async function counted(wire: Wire): Promise<Counted> {
  const { status, body } = await wire.answer()
  expect([status, body.toString()]).toEqual([200, expect.stringMatching(/^\{/)])
  return JSON.parse(body.toString()) as Counted
}

/** One request of a session, and its answer. */
export function count(wire: Wire, key: string, query = '', body = ''): Promise<Counted> {
  wire.write(POST(`/s/${key}${query}`, body))
  return counted(wire)
}

/** Sends the signal, and waits until the successor is in charge. */
export async function commit(server: ServerProcess): Promise<void> {
  const from = server.output.lines.length
  server.signal('SIGUSR2')
  await server.waitForLog(/has taken over; draining/, { from })
}

/** A session in use over one connection. */
export class Used {
  readonly key: string
  readonly wire: Wire
  #count: number

  private constructor(key: string, wire: Wire, { count: begun }: Counted) {
    this.key = key
    this.wire = wire
    this.#count = begun
  }

  static async make(server: ServerProcess, key: string): Promise<Used> {
    const wire = await Wire.open(server.target())
    return new Used(key, wire, await count(wire, key, '?new'))
  }

  /** Each answer is the one of that generation, and counts on from the last one. */
  async goesOnIn(generation: number, query = ''): Promise<void> {
    const { count: now, by } = await count(this.wire, this.key, query)
    assert.deepEqual({ count: now, by }, { count: this.#count + 1, by: generation }, `session ${this.key}`)
    this.#count = now
  }
}

/** A connection that the successor has accepted, which is in its probation. */
export async function accepted(server: ServerProcess): Promise<Wire> {
  for (;;) {
    const wire = await Wire.open(server.target())
    if ((await wire.ask()).body.toString() === '2') return wire
    wire.destroy()
  }
}

/** The fixture `sessions`, whose next generations can be told to fail. */
export async function startFaulty(
  options: NonNullable<ServerOptions['options']>,
  env: ServerOptions['env'] = {},
): Promise<{
  server: ServerProcess
  fault: (words?: string) => Promise<void>
}> {
  const file = join(await tempDir(), 'faults')
  const fault = (words = ''): Promise<void> => writeFile(file, words)
  await fault()
  return { server: await startServer('sessions', { options, env: { ...env, FAULT_FILE: file } }), fault }
}
