import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import { idleAmong } from '../../src/connections/idleness.ts'
import type { Tracked } from '../support/http.ts'
import { GET, Inbox, answer, converse, converseTimes, hasRead, serve } from '../support/http.ts'

const idle = ({ server, connections }: Tracked): number => idleAmong(server, connections.open).size

/** Whether this one is, and no other. */
function isIdle({ server, connections }: Tracked, socket: Socket): boolean {
  const found = idleAmong(server, connections.open)
  return found.size === 1 && found.has(socket)
}

describe('a connection is idle', () => {
  it('when nothing was ever said on it', async () => {
    const tracked = await serve(() => {})
    const { socket } = await converse(tracked.server)
    expect(isIdle(tracked, socket)).toBe(true)
  })

  it('when its requests are answered', async () => {
    const inbox = new Inbox()
    const tracked = await serve(inbox.handler)
    const { client, socket } = await converse(tracked.server)
    for (let request = 1; request <= 2; request += 1) {
      client.say(GET())
      await answer((await inbox.next()).response)
      expect(isIdle(tracked, socket)).toBe(true)
    }
  })

  it('when a request with a body is answered', async () => {
    const inbox = new Inbox()
    const tracked = await serve(inbox.handler)
    const { client } = await converse(tracked.server)
    client.say('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nabcde')
    const { request, response } = await inbox.next()
    await once(request.resume(), 'end')
    await answer(response)
    expect(idle(tracked)).toBe(1)
  })

  it('when all of a pipeline is answered', async () => {
    const inbox = new Inbox()
    const tracked = await serve(inbox.handler)
    const { client } = await converse(tracked.server)
    client.say(GET('/1') + GET('/2'))
    const [first, second] = [await inbox.next(), await inbox.next()]
    const done = answer(second.response)
    await answer(first.response)
    await done
    expect(idle(tracked)).toBe(1)
  })
})

describe('a connection is not idle', () => {
  it.each<[string, string]>([
    ['one byte of a request came', 'G'],
    ['half a request line came', 'GET / HT'],
    ['half a header came', 'GET / HTTP/1.1\r\nHost: a\r\nX-Ha'],
    ['all of a header but its end came', 'GET / HTTP/1.1\r\nHost: a\r\n'],
  ])('when %s', async (_, bytes) => {
    const tracked = await serve(() => {})
    const { client, socket } = await converse(tracked.server)
    client.say(bytes)
    await hasRead(socket, bytes.length)
    expect(idle(tracked)).toBe(0)
  })

  it('when half a header of its second request came', async () => {
    const inbox = new Inbox()
    const tracked = await serve(inbox.handler)
    const { client, socket } = await converse(tracked.server)
    client.say(GET())
    await answer((await inbox.next()).response)
    client.say('GET /2 HT')
    await hasRead(socket, GET().length + 9)
    expect(idle(tracked)).toBe(0)
  })

  it('when a request waits for its answer', async () => {
    const inbox = new Inbox()
    const tracked = await serve(inbox.handler)
    const { client } = await converse(tracked.server)
    client.say(GET())
    const { response } = await inbox.next()
    expect(idle(tracked)).toBe(0)
    response.write('half of it')
    expect(idle(tracked)).toBe(0)
    await answer(response)
    expect(idle(tracked)).toBe(1)
  })

  it('when half a body came', async () => {
    const inbox = new Inbox()
    const tracked = await serve(inbox.handler)
    const { client } = await converse(tracked.server)
    client.say('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabcde')
    await once((await inbox.next()).request, 'data')
    expect(idle(tracked)).toBe(0)
  })

  it('when half a body came, and the answer did not wait for the rest', async () => {
    const inbox = new Inbox()
    const tracked = await serve(inbox.handler)
    const { client } = await converse(tracked.server)
    client.say('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabcde')
    await answer((await inbox.next()).response)
    expect(idle(tracked)).toBe(0)
  })

  it('when a pipelined request is answered before its turn', async () => {
    const inbox = new Inbox()
    const tracked = await serve(inbox.handler)
    const { client } = await converse(tracked.server)
    client.say(GET('/1') + GET('/2'))
    const [first, second] = [await inbox.next(), await inbox.next()]
    const done = answer(second.response)
    expect(idle(tracked)).toBe(0)
    await answer(first.response)
    await done
    expect(idle(tracked)).toBe(1)
  })

  it('when its answer is ended, but did not leave yet', async () => {
    const inbox = new Inbox()
    const tracked = await serve(inbox.handler)
    const { client, socket } = await converse(tracked.server)
    client.socket.pause()
    client.say(GET())
    const { response } = await inbox.next()
    response.end(Buffer.alloc(64 * 1024 * 1024))
    expect(socket.writableLength).toBeGreaterThan(0)
    expect(idle(tracked)).toBe(0)
    client.socket.destroy()
  })

  it('when several pipelined answers are ended, and wait for the first', async () => {
    const inbox = new Inbox()
    const tracked = await serve(inbox.handler)
    const { client } = await converse(tracked.server)
    client.say(GET('/1') + GET('/2') + GET('/3'))
    const responses: ServerResponse[] = []
    for (let request = 1; request <= 3; request += 1) responses.push((await inbox.next()).response)
    responses[2]?.end('3')
    responses[1]?.end('2')
    expect(idle(tracked)).toBe(0)
    responses[0]?.end('1')
    expect(await client.hears(/1.*2.*3$/s)).toBeTruthy()
  })

  it('when it was upgraded, which makes it the application’s', async () => {
    const tracked = await serve(() => {})
    const upgraded = once(tracked.server, 'upgrade')
    const { client } = await converse(tracked.server)
    client.say('GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: chat\r\n\r\n')
    await upgraded
    expect(tracked.connections.open.size).toBe(1)
    expect(idle(tracked)).toBe(0)
  })

  it('when it is closed', async () => {
    const tracked = await serve(() => {})
    const { socket } = await converse(tracked.server)
    socket.destroy()
    expect(idle(tracked)).toBe(0)
  })
})

describe('the look', () => {
  it('harms nobody: every connection serves on', async () => {
    const tracked = await serve((_, response) => void response.end('ok'))
    const conversations = await converseTimes(tracked.server, 20)
    for (let look = 1; look <= 3; look += 1) {
      for (const { client } of conversations) client.say(GET())
      expect(idle(tracked)).toBeGreaterThanOrEqual(0)
      await Promise.all(conversations.map(({ client }) => client.hears(new RegExp(`(ok.*){${look}}`, 's'))))
    }
    expect(tracked.connections.open.size).toBe(20)
  })

  it('tells the idle from the busy among many', async () => {
    const inbox = new Inbox()
    const tracked = await serve(inbox.handler)
    const idleOnes = await converseTimes(tracked.server, 5)
    const busyOnes = await converseTimes(tracked.server, 5)
    for (const { client } of [...idleOnes, ...busyOnes]) {
      client.say(GET())
      await answer((await inbox.next()).response)
    }
    for (const { client } of busyOnes) {
      client.say(GET())
      await inbox.next()
    }
    const found = idleAmong(tracked.server, tracked.connections.open)
    expect(found.size).toBe(5)
    expect(idleOnes.every(({ socket }) => found.has(socket))).toBe(true)
  })

  it('leaves destroy() as it was for everybody else', async () => {
    const inbox = new Inbox()
    const tracked = await serve(inbox.handler)
    const [one, other] = [await converse(tracked.server), await converse(tracked.server)]
    one.client.say(GET())
    await answer((await inbox.next()).response)
    expect(idle(tracked)).toBe(2)
    // From Node 26 on, one on which nothing was said yet is idle to Node, too.
    other.client.say(GET())
    await inbox.next()
    // The application's own use of the same call still closes.
    const closed = once(one.socket, 'close')
    tracked.server.closeIdleConnections()
    await closed
    const error = new Error('by the application')
    const failed = once(other.socket, 'error')
    expect(other.socket.destroy(error)).toBe(other.socket)
    expect(await failed).toEqual([error])
  })
})
