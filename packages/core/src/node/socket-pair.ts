import { randomBytes, timingSafeEqual } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import type { Server, Socket } from 'node:net'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { nativeHandle, stopReading } from './internals/handles.ts'
import { markOwn } from './own-servers.ts'
import { within } from './within.ts'

/** How long it may take to connect to oneself: longer than on any busy machine. ms */
const PATIENCE = 5000

const LENGTH = 32

/** Two sockets that are connected to each other. */
export interface SocketPair {
  /** The end that stays in this process. */
  readonly here: Socket
  /** The native handle of the other end, to be sent to another process. */
  readonly there: object
  /** Closes that other end in this process. Called before anything is written here, once the other process has it. */
  sent(): void
}

/**
 * Makes two sockets of this process that are connected to each other, one of which may be sent to another process. Node
 * has no socketpair(2), so one of them connects to the other by a name that exists for that moment. Whoever else finds the
 * name does not know what the two say to each other there, and is turned away.
 * @throws if there can be no such name or no such connection here
 */
export async function socketPair(): Promise<SocketPair> {
  const { path, remove } = place()
  const server = markOwn(createServer())
  // In a worker of a cluster, the primary would listen.
  server.listen({ path, exclusive: true })
  try {
    await once(server, 'listening')
    const [here, end] = await meet(server, path)
    stopReading(end)
    const there = nativeHandle(end)
    if (there !== undefined) return { here, there, sent: () => end.destroy() }
    here.destroy()
    throw new Error('its other end was closed')
  } finally {
    server.close()
    remove()
  }
}

/**
 * A name that nobody can foresee: on Linux one without a file (unix(7), abstract), elsewhere a path in a folder of its
 * own, which only this user may enter.
 */
function place(): { path: string; remove: () => void } {
  if (process.platform === 'linux') return { path: `\0zerodown-${randomBytes(16).toString('hex')}`, remove() {} }
  const folder = mkdtempSync(join(tmpdir(), 'zerodown-'))
  return { path: join(folder, 'pair'), remove: () => rmSync(folder, { recursive: true, force: true }) }
}

async function meet(server: Server, path: string): Promise<[here: Socket, there: Socket]> {
  const [question, answer] = [randomBytes(LENGTH), randomBytes(LENGTH)]
  const accepted = new Set<Socket>()
  const asked = new Promise<Socket>((found) => {
    server.on('connection', (socket) => {
      accepted.add(socket)
      socket.on('error', () => {}) // Its 'close' tells.
      void hears(socket, question).then((isOurs) => (isOurs ? found(socket) : socket.destroy()))
    })
  })
  const there = connect(path)
  let met: Socket | undefined
  try {
    const failed = new Promise<never>((_, fail) => void there.on('error', fail))
    there.write(question)
    const here = Promise.race([asked, failed])
    if (!(await within(PATIENCE, here))) throw new Error(`nothing was connected within ${PATIENCE} ms`)
    const socket = await here
    socket.write(answer)
    if (!(await hears(there, answer))) throw new Error('another process has come in between')
    met = socket
    return [socket, there]
  } finally {
    for (const socket of accepted) if (socket !== met) socket.destroy()
    if (met === undefined) there.destroy()
  }
}

/** Whether these bytes come first. What comes behind them stays to be read. */
async function hears(socket: Socket, expected: Buffer): Promise<boolean> {
  return new Promise((heard) => {
    const look = (): void => {
      const said = socket.read(LENGTH) as Buffer | null
      if (said !== null) done(said.length === LENGTH && timingSafeEqual(said, expected))
    }
    const closed = (): void => done(false)
    const done = (isExpected: boolean): void => {
      socket.off('readable', look).off('close', closed)
      heard(isExpected)
    }
    socket.on('readable', look).on('close', closed)
  })
}
