import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { once } from 'node:events'
import type { Server } from 'node:http'
import { createServer } from 'node:http'
import type { Socket } from 'node:net'
import * as net from 'node:net'
import { promisify } from 'node:util'
import { onTestFinished, describe, expect, it } from 'vitest'
import { http1 } from '../../../../src/handover/kinds/http1.ts'
import type { Accept } from '../../../../src/handover/kinds/kind.ts'
import { accepting } from '../../../../src/node/internals/accepting.ts'
import { nativeHandle } from '../../../../src/node/internals/handles.ts'
import type { Client } from '../../../support/http.ts'
import { GET, Inbox, answer, converse } from '../../../support/http.ts'
import { listen } from '../../../support/servers.ts'

interface Moved {
  served: boolean | Promise<boolean>
  client: Client
  socket: Socket
  handle: object
}

const HERE = net.createServer({ pauseOnConnect: true, noDelay: true, keepAlive: true })

/** A connection that another server accepted, and that is this one's from now on. */
async function moveTo(server: Server, used: boolean): Promise<Moved> {
  if (!HERE.listening) await new Promise<void>((resolve) => HERE.listen(0, '127.0.0.1', resolve).unref())
  const { client, socket: there } = await converse(HERE)
  const handle = nativeHandle(there) as object
  let socket = there
  const watch = (one: Socket): void => void (socket = one)
  server.on('connection', watch)
  const accept = accepting(server) as Accept
  const served = http1.receive(server, accept, handle, { used, requests: 0 })
  server.off('connection', watch)
  onTestFinished(() => void there.destroy())
  return { served, client, socket, handle }
}

/** All that a socket is, but for what is one connection's and no other's. */
function likenessOf(socket: Socket): Record<string, unknown> {
  const own = Reflect.ownKeys(socket)
    .map((key) => [String(key), Reflect.get(socket, key)] as const)
    .filter(
      ([name, value]) => isPlain(value) && !/async_id|timestamp|bytesRead|kBytesRead|kLastWriteQueueSize/i.test(name),
    )
  const { allowHalfOpen, remoteAddress, remoteFamily, localAddress, timeout, readableFlowing } = socket
  return {
    ...Object.fromEntries(own),
    allowHalfOpen,
    remoteAddress,
    remoteFamily,
    localAddress,
    readableFlowing,
    timeout: timeout || 0,
    highWaterMarks: [socket.readableHighWaterMark, socket.writableHighWaterMark],
    paused: socket.isPaused(),
    listeners: socket
      .eventNames()
      .map((name) => `${String(name)} ${socket.listenerCount(name)}`)
      .toSorted(),
    server: serverOf(socket),
  }
}

const isPlain = (value: unknown): boolean => ['boolean', 'number', 'string', 'undefined'].includes(typeof value)
const serverOf = (socket: Socket): unknown[] => {
  const { server, _server } = socket as unknown as Record<string, { timeout: number }>
  return [server === _server, server?.timeout]
}

const finite = (ms: number): boolean => ms !== Infinity || Number(process.versions.node.split('.')[0]) > 20

const options: [string, object, object][] = [
  ['no options', {}, {}],
  ['a timeout', {}, { timeout: 200 }],
  ...[0, 1e10, 2 ** 31 - 1, Infinity].filter(finite).map((keepAliveTimeout): [string, object, object] => {
    return [`a keepAliveTimeout of ${keepAliveTimeout}`, {}, { keepAliveTimeout }]
  }),
  ['a timeout and no keepAliveTimeout', {}, { timeout: 5000, keepAliveTimeout: 0 }],
  ['a keepAliveTimeout longer than the headersTimeout', {}, { keepAliveTimeout: 90_000, headersTimeout: 300 }],
  ['highWaterMark', { highWaterMark: 1234 }, {}],
  ['noDelay: false', { noDelay: false }, {}],
  ['keepAlive', { keepAlive: true, keepAliveInitialDelay: 7000 }, {}],
  ['pauseOnConnect', {}, { pauseOnConnect: true }],
  ['no half-open connections', {}, { allowHalfOpen: false }],
  ['httpAllowHalfOpen', {}, { httpAllowHalfOpen: true }],
]

describe('a connection that moved is as one that was accepted', () => {
  it.each(options)('with %s', async (name, constructed, assigned) => {
    const warned = (warning: Error): void => expect(warning.name).toBe('TimeoutOverflowWarning')
    process.on('warning', warned)
    onTestFinished(() => void process.off('warning', warned))
    const inbox = new Inbox()
    const server = Object.assign(await listen(createServer(constructed, inbox.handler)), assigned)
    const published: unknown[] = []
    const note = (message: unknown): void => void published.push((message as { socket: Socket }).socket)
    subscribe('net.server.socket', note)
    onTestFinished(() => void unsubscribe('net.server.socket', note))

    const accepted = await converse(server)
    const moved = await moveTo(server, false)
    expect(likenessOf(moved.socket)).toEqual(likenessOf(accepted.socket))
    expect(published.includes(moved.socket)).toBe(true)
    expect(await promisify(server.getConnections.bind(server))()).toBe(2)
    if (name === 'pauseOnConnect') for (const { socket } of [accepted, moved]) socket.resume()

    // One has been used in the predecessor.
    const idle = await moveTo(server, true)
    if (name === 'pauseOnConnect') idle.socket.resume()
    await ask(inbox, accepted.client)
    expect(idle.socket.timeout || 0).toBe(accepted.socket.timeout || 0)
    const all = [accepted, moved, idle]
    for (const { client } of all) client.say(GET())
    const busy = await Promise.all(all.map(() => inbox.next()))
    expect(all.map(({ socket }) => likenessOf(socket))).toEqual(all.map(() => likenessOf(accepted.socket)))
    await Promise.all(busy.map(({ response }) => answer(response)))
    await Promise.all(all.map(({ client }) => client.hears(/(ok[^]*)+$/)))
    expect(all.map(({ socket }) => likenessOf(socket))).toEqual(all.map(() => likenessOf(accepted.socket)))
  })

  it('is closed after the keep-alive timeout if nothing is said, as the server’s timeout event tells', async () => {
    const server = Object.assign(await listen(createServer()), { timeout: 50, keepAliveTimeout: 300 })
    Object.assign(server, { keepAliveTimeoutBuffer: 0 })
    const timedOut = once(server, 'timeout')
    const began = performance.now()
    const { socket } = await moveTo(server, true)
    expect((await timedOut)[0]).toBe(socket)
    expect(performance.now() - began).toBeGreaterThan(250)
    expect(socket.destroyed).toBe(false)
  })

  it('is not closed at once by a keepAliveTimeout that no timer can wait for', async () => {
    const inbox = new Inbox()
    const server = Object.assign(await listen(createServer(inbox.handler)), { keepAliveTimeout: Infinity })
    const { client, socket } = await moveTo(server, true)
    server.keepAliveTimeout = 5000
    await ask(inbox, client)
    expect(socket.destroyed).toBe(false)
  })

  it('has in the kernel what the options say, whatever the predecessor has set there', async () => {
    const server = await listen(createServer({ noDelay: false }))
    const { socket, handle } = await moveTo(server, false)
    const said: unknown[] = []
    Object.assign(handle, { setNoDelay: (on: boolean) => void said.push(on) })
    socket.setNoDelay(true)
    expect(said).toEqual([true])

    const quick = await moveTo(await listen(createServer()), false)
    Object.assign(quick.handle, { setNoDelay: (on: boolean) => void said.push(on) })
    quick.socket.setNoDelay(false)
    expect(said).toEqual([true, false])
  })

  it('is not served beyond maxConnections, which drop tells of', async () => {
    const server = Object.assign(await listen(createServer()), { maxConnections: 1 })
    await converse(server)
    const dropped = once(server, 'drop')
    expect((await moveTo(server, true)).served).toBe(false)
    await dropped
  })

  // Node 22 and later.
  const BlockList = net.BlockList
  it('is not served where a new release blocks its address', async ({ skip }) => {
    if (Number(process.versions.node.split('.')[0]) < 22) return skip()
    const blockList = new BlockList()
    const server = Object.assign(await listen(createServer()), { blockList })
    expect((await moveTo(server, true)).served).toBe(true)
    blockList.addAddress('127.0.0.1')
    expect((await moveTo(server, true)).served).toBe(false)
  })
})

describe('a connection listener that throws', () => {
  it('is uncaught as ever, and the predecessor hears that the connection is served', async () => {
    const server = await listen(createServer((_, response) => response.end('ok')))
    const error = new Error('by the application')
    server.on('connection', () => {
      throw error
    })
    const [others] = [process.listeners('uncaughtException')]
    process.removeAllListeners('uncaughtException')
    const uncaught = once(process, 'uncaughtException')
    const { served, client } = await moveTo(server, false)
    expect(await uncaught).toContain(error)
    for (const listener of others) process.on('uncaughtException', listener)
    expect(served).toBe(true)
    client.say(GET())
    await client.hears(/ok$/)
  })
})

async function ask(inbox: Inbox, client: Client): Promise<void> {
  client.say(GET())
  await answer((await inbox.next()).response)
  await client.hears(/ok$/)
}
