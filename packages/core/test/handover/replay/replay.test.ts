import { once } from 'node:events'
import type { RequestListener } from 'node:http'
import { createServer } from 'node:http'
import type { Socket } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { isUnused } from '../../../src/connections/unused.ts'
import type { Replay } from '../../../src/handover/replay/replay.ts'
import { replay } from '../../../src/handover/replay/replay.ts'
import { requestHead } from '../../../src/handover/replay/request-head.ts'
import { GET, converse, serve } from '../../support/http.ts'
import { listen } from '../../support/servers.ts'
import { moved, nextUncaught, serving } from './moved.ts'

/** What the client has had already. */
const like = (pattern: RegExp): Replay => ({ bytes: Buffer.from(GET('/events')), fits: (head) => pattern.test(head) })

const OK = like(/^HTTP\/1\.1 200 OK\r\n[^]*Transfer-Encoding: chunked\r\n/)

describe('an answer that goes on', () => {
  it('is that of the application’s own handler, without its head', async () => {
    const { client, accept, connection } = await serving(({ url }, response) => {
      response.write(`for ${url}`)
      setImmediate(() => response.end(', done'))
    })
    expect(await replay(accept, connection, OK)).toBe(true)
    expect(await client.hears(/0\r\n\r\n$/)).toBe('b\r\nfor /events\r\n6\r\n, done\r\n0\r\n\r\n')
  })

  it('is followed by the next request on the same connection, which may have come before', async () => {
    const { client, accept, connection } = await serving((_, response) => void setTimeout(() => response.end('x'), 5))
    client.say(GET('/next'))
    const fixed = like(/^HTTP\/1\.1 200 OK\r\n[^]*Content-Length: 1\r\n/)
    expect(await replay(accept, connection, fixed)).toBe(true)
    expect(await client.hears(/\r\n\r\nx$/)).toMatch(/^xHTTP\/1\.1 200 OK\r\n/)
  })

  it('may have its head written later, and then nothing of the client is read before', async () => {
    const read: number[] = []
    const { client, accept, connection } = await serving(({ socket, url }, response) => {
      if (url !== '/events') return void response.end('next')
      setTimeout(() => {
        read.push(socket.bytesRead)
        response.write('late')
        response.end()
      }, 30)
    })
    client.say(GET('/next'))
    expect(await replay(accept, connection, OK)).toBe(true)
    expect(await client.hears(/next$/)).toMatch(/^4\r\nlate\r\n0\r\n\r\nHTTP/)
    expect(read).toEqual([0])
  })

  it('is on a connection that counts as used', async () => {
    const { accept, connection } = await serving((_, response) => void response.write('x'))
    let socket: Socket | undefined
    replay(accept, connection, { ...OK, begin: (one) => void (socket = one) })
    expect(isUnused(socket as Socket)).toBe(false)
  })
})

describe('a connection that was upgraded', () => {
  const upgrade = 'GET /chat HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: chat\r\n\r\n'
  const switching = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: chat\r\n\r\n'

  it('is upgraded again, with what was read behind the request and not served', async () => {
    const { server, client, accept, connection } = await serving(() => {})
    server.on('upgrade', ({ url }, socket, head) => {
      socket.write(switching)
      socket.write(`${url} `)
      socket.unshift(head)
      socket.on('data', (chunk: Buffer) => socket.write(chunk.toString().toUpperCase()))
    })
    client.say(' and more')
    const bytes = Buffer.from(`${upgrade}half a frame`)
    expect(replay(accept, connection, { bytes, fits: (head) => head === switching })).toBe(true)
    expect(await client.hears(/MORE$/)).toBe('/chat HALF A FRAME AND MORE')
  })
})

describe('a connection stays with the predecessor, and its client hears nothing', () => {
  it.each<[string, RequestListener]>([
    ['another status', (_, response) => void response.writeHead(401).end('who are you?')],
    ['another form of body', (_, response) => void response.end('ok')],
    ['the end of the connection', ({ socket }) => void socket.destroy()],
    ['the end of the connection, politely', ({ socket }) => void socket.end()],
    ['half a head', ({ socket }) => void socket.end('HTTP/1.1 200 OK\r\n')],
  ])('when the application answers by %s', async (_, handler) => {
    const { client, accept, connection } = await serving(handler)
    expect(await replay(accept, connection, OK)).toBe(false)
    expect(await client.hearsAll()).toBe('')
  })

  it('when the application takes too long, which then writes to nobody', async () => {
    let late: Promise<unknown> | undefined
    const { client, accept, connection } = await serving((_, response) => {
      late = wait(60).then(() => response.end('late'))
    })
    expect(await replay(accept, connection, { ...OK, patience: 20 })).toBe(false)
    await late
    expect(await client.hearsAll()).toBe('')
  })

  it('when the request cannot be read', async () => {
    const { client, accept, connection } = await serving((_, response) => response.end('ok'))
    expect(await replay(accept, connection, { ...OK, bytes: Buffer.from('nonsense\r\n\r\n') })).toBe(false)
    expect(await client.hearsAll()).toBe('')
  })

  it('when the application throws, which is uncaught as ever', async () => {
    const error = new Error('a handler has thrown')
    const { client, accept, connection } = await serving(() => {
      throw error
    })
    const uncaught = nextUncaught()
    expect(replay(accept, connection, OK)).toBe(false)
    expect(await uncaught).toBe(error)
    expect(await client.hearsAll()).toBe('')
  })

  it('when something else reads the connections of the server', async () => {
    const server = createServer()
    server.removeAllListeners('connection')
    await listen(server)
    const { client, accept, connection } = await moved(server)
    expect(replay(accept, connection, OK)).toBe(false)
    expect(await client.hearsAll()).toBe('')
  })
})

it('a request is sent again as it was written', async () => {
  const heads: string[] = []
  const { server } = await serve((request, response) => {
    heads.push(requestHead(request))
    response.end('ok')
  })
  const { client } = await converse(server)
  const head =
    'POST /a?b=%20 HTTP/1.1\r\nHost: a\r\nX-Twice: 1\r\nx-twice: 2\r\nCOOKIE: caf\xe9\r\nContent-Length: 0\r\n\r\n'
  client.socket.write(Buffer.from(head, 'latin1'))
  await client.hears(/ok$/)
  expect(heads).toEqual([head])
  client.socket.end()
  await once(client.socket, 'close')
})
