import type { ChildProcess } from 'node:child_process'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { onTestFinished } from 'vitest'
import { tempDir } from '../../../../test/support/index.ts'
import type { ConnectionChannel } from '../../src/handover/channel.ts'
import { SentConnections } from '../../src/handover/sent-connections.ts'
import { NODE, programIn } from '../support/programs.ts'

/** How a process takes a connection that comes. */
export type Manner = 'serves' | 'refuses' | 'loses' | 'dies' | 'is late'

export interface Receiver {
  child: ChildProcess
  sent: SentConnections
  /** As a successor's. */
  channel: ConnectionChannel
}

/** Another process, of the Node that programs run under, that speaks the protocol by itself. */
export async function forkReceiver(manner: Manner): Promise<Receiver> {
  const path = await programIn(await tempDir(), PROGRAM)
  const child = fork(path, [manner], { execPath: NODE, execArgv: [] })
  onTestFinished(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGKILL')
    await once(child, 'exit')
  })
  const sent = new SentConnections(child)
  child.on('message', ({ type, id }: { type: string; id: number }) => {
    if (type === 'connection-received') sent.confirm(id, 'received')
    if (type === 'connection-refused') sent.confirm(id, 'refused')
  })
  child.once('disconnect', () => sent.giveUp())
  await once(child, 'message')
  const channel: ConnectionChannel = {
    open: () => child.connected,
    takes: () => true,
    send: (socket, listener, payload) => sent.send(socket, listener, payload),
  }
  return { child, sent, channel }
}

const PROGRAM = `
  import { createServer } from 'node:http'

  const say = (message) => process.send({ zerodown: 1, ...message })
  const server = createServer((_, response) => response.end('from the child'))
  const manners = {
    serves: ({ id }, socket) => {
      server.emit('connection', socket)
      say({ type: 'connection-received', id })
    },
    refuses: ({ id }, socket) => {
      socket.destroy()
      say({ type: 'connection-refused', id })
    },
    loses: (_, socket) => socket.destroy(),
    dies: () => process.kill(process.pid, 'SIGKILL'),
    'is late': (message, socket) => {
      const until = performance.now() + 300
      while (performance.now() < until);
      manners.serves(message, socket)
    },
  }
  process.on('message', (message, socket) => {
    if (message.type === 'connection') manners[process.argv[2]](message, socket)
    if (message.type === 'connection-asked') say({ type: 'connection-refused', id: message.id })
  })
  say({ type: 'ready' })
`
