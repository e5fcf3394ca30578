import { once } from 'node:events'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Target } from '@zerodown/load'
import { expect, it, onTestFinished } from 'vitest'
import { startServer, tempDir, until } from '../support/index.ts'
import type { ServerProcess } from '../support/index.ts'
import { restartAndSettle } from './settle.ts'

// The fixture asks for 3. The kernel lets in one more (listen(2)).
const FITS = 4

it('keeps the length of the queue across restarts', async () => {
  const server = await startServer('backlog', { env: { SOCKET: join(await tempDir(), 'short.sock') } })
  for (const generation of [1, 2, 3]) {
    if (generation > 1) await restartAndSettle(server)
    // A stopped process accepts nothing, so the queues fill.
    server.signal('SIGSTOP')
    const connected = { generation, unix: await connectUntilRefused(server), tcp: await connectMany(server) }
    expect(connected).toEqual({ generation, unix: FITS, tcp: FITS })
    server.signal('SIGCONT')
  }
})

/** A unix socket whose queue is full refuses, with EAGAIN. */
async function connectUntilRefused(server: ServerProcess): Promise<number> {
  for (let connected = 0; connected <= 2 * FITS; connected++) {
    const socket = open(server.target(0))
    try {
      await once(socket, 'connect')
    } catch (error) {
      expect(error).toMatchObject({ code: 'EAGAIN' })
      return connected
    }
  }
  return Infinity
}

/** On TCP, the kernel is silent to those for whom there is no room. On loopback it has decided when connect(2) is over. */
async function connectMany(server: ServerProcess): Promise<number> {
  const sockets = Array.from({ length: 3 * FITS }, () => open(server.target(1)))
  const connected = (): number => sockets.filter(({ connecting }) => !connecting).length
  await until(() => connected() >= FITS, 'as many connections as fit')
  for (let turn = 0; turn < 10; turn++) await nextTurn()
  const fitted = connected()
  // Those that did not fit would try again every few seconds, and take the room of the next ones.
  for (const socket of sockets) socket.destroy()
  return fitted
}

function open(target: Target): Socket {
  const socket = connect('port' in target ? target : { path: target.socketPath })
  socket.on('error', () => {})
  onTestFinished(() => void socket.destroy())
  return socket
}
