import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import type { Socket } from 'node:net'
import { Server, connect } from 'node:net'
import { expect, it, onTestFinished, vi } from 'vitest'
import { socketOver } from '../../src/node/internals/handles.ts'
import { isOwnServer } from '../../src/node/own-servers.ts'
import type { SocketPair } from '../../src/node/socket-pair.ts'
import { socketPair } from '../../src/node/socket-pair.ts'

async function pairOf(make: () => Promise<SocketPair> = socketPair): Promise<SocketPair> {
  const pair = await make()
  onTestFinished(() => {
    pair.here.destroy()
    pair.sent()
  })
  return pair
}

/** The other end, as another process would have it: there, nobody has read from it yet. */
function over(handle: object): Socket {
  const socket = socketOver(Object.assign(handle, { reading: false }))
  onTestFinished(() => void socket.destroy())
  return socket
}

it('two sockets are connected to each other, and nothing that was said to find out is left in them', async () => {
  const { here, there } = await pairOf()
  const other = over(there)
  other.write('ping')
  here.write('pong')
  expect(String((await once(here, 'data'))[0])).toBe('ping')
  expect(String((await once(other, 'data'))[0])).toBe('pong')
})

it('when the other end is closed in this process, and nobody else has it, this one ends', async () => {
  const { here, sent } = await pairOf()
  sent()
  here.resume()
  await once(here, 'close')
})

it('the server behind it is known to be no part of the service', async () => {
  const listening = vi.spyOn(Server.prototype, 'listen')
  onTestFinished(() => listening.mockRestore())
  await pairOf()
  expect(listening.mock.contexts.map((server) => isOwnServer(server as Server))).toEqual([true])
})

it.runIf(process.platform === 'linux')('a stranger who finds its name is turned away', async () => {
  const before = namesOfSockets()
  const listening = vi.spyOn(Server.prototype, 'listen')
  onTestFinished(() => listening.mockRestore())
  const strangers: Promise<unknown>[] = []
  listening.mockImplementationOnce(function (this: Server, options: unknown) {
    const server = this.listen(options as { path: string })
    server.once('listening', () => {
      const name = namesOfSockets().find((one) => !before.includes(one))
      for (let i = 0; i < 5; i += 1) {
        const stranger = connect(`\0${name}`)
        stranger.on('error', () => {}).write('x'.repeat(i * 20))
        strangers.push(once(stranger.resume(), 'close'))
      }
    })
    return server
  })
  const { here, there } = await pairOf()
  await Promise.all(strangers)
  expect(strangers).toHaveLength(5)
  over(there).write('still connected')
  expect(String((await once(here, 'data'))[0])).toBe('still connected')
})

it('says why there can be none', async () => {
  const listening = vi.spyOn(Server.prototype, 'listen')
  onTestFinished(() => listening.mockRestore())
  listening.mockImplementationOnce(function (this: Server) {
    process.nextTick(() => this.emit('error', new Error('read-only file system')))
    return this
  })
  await expect(socketPair()).rejects.toThrow('read-only file system')
})

/** Those of this machine that have no file (unix(7), abstract). */
const namesOfSockets = (): string[] =>
  [...readFileSync('/proc/net/unix', 'utf8').matchAll(/@(zerodown-[0-9a-f]+)/g)].map(([, name = '']) => name)
