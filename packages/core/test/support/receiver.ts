import type { ChildProcess } from 'node:child_process'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { onTestFinished } from 'vitest'
import { tempDir } from '../../../../test/support/index.ts'
import { Channel } from '../../src/channel/channel.ts'
import { carrierOf } from '../../src/channel/process-carrier.ts'
import { SocketSender } from '../../src/handover/send/socket-sender.ts'
import { NODE, programIn } from './programs.ts'

/** How a process takes connections: the copies that come, and the word that they are its own. */
export type Manner = 'serves' | 'holds nothing' | 'serves nothing' | 'dies' | 'is late'

export interface Receiver {
  child: ChildProcess
  sender: SocketSender
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
  const sender = new SocketSender(new Channel(carrierOf(child)))
  await once(child, 'message')
  return { child, sender }
}

const PROGRAM = `
  import { createServer } from 'node:http'
  import { Socket } from 'node:net'

  const say = (message) => process.send({ zerodown: 1, ...message })
  const server = createServer((_, response) => response.end('from the child'))
  const held = new Map()
  const drop = (id) => {
    held.get(id)?.close()
    held.delete(id)
  }
  const serve = (id) => {
    server.emit('connection', new Socket({ handle: held.get(id) }))
    held.delete(id)
    return id
  }
  const manners = {
    serves: (ids) => ids.map(serve),
    'holds nothing': () => [],
    'serves nothing': (ids) => {
      ids.forEach(drop)
      return []
    },
    dies: () => process.kill(process.pid, 'SIGKILL'),
    'is late': (ids) => {
      const until = performance.now() + 300
      while (performance.now() < until);
      return ids.map(serve)
    },
  }
  const manner = process.argv[2]
  process.on('message', ({ type, id, ids, question, connections }, handle) => {
    if (type === 'connection') {
      held.set(id, handle)
      if (manner === 'holds nothing') drop(id)
    }
    if (type === 'connection-closed') drop(id)
    const answer = (answer) => say({ type: 'answer', question, answer })
    if (type === 'connections-coming') answer(true)
    if (type === 'connections-asked') answer(ids.filter((id) => held.has(id)))
    if (type === 'connections-passed') answer(manners[manner](connections.map(({ id }) => id)))
  })
  say({ type: 'ready' })
`
