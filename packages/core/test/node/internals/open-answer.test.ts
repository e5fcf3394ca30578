import { once } from 'node:events'
import type { Server } from 'node:http'
import { createServer } from 'node:https'
import type { Socket } from 'node:net'
import { createServer as createRawServer } from 'node:net'
import { describe, expect, it } from 'vitest'
import { owesAnswer } from '../../../src/node/internals/open-answer.ts'
import { Client, GET, Inbox, answer, converse, serve } from '../../support/http.ts'
import { listen } from '../../support/servers.ts'
import { PSK, connectTls } from '../../support/tls.ts'

/** A connection as the application sees it, and the client at its other end. */
type Connect = (inbox: Inbox) => Promise<{ client: Client; socket: Socket; server: Server }>

const PLAIN: Connect = async (inbox) => {
  const { server } = await serve(inbox.handler)
  return { ...(await converse(server)), server }
}

const SECURE: Connect = async (inbox) => {
  const server = await listen(createServer(PSK, inbox.handler))
  const accepted = once(server, 'secureConnection') as Promise<[Socket]>
  const client = new Client(await connectTls(server))
  const [socket] = await accepted
  return { client, socket, server }
}

describe.each<[string, Connect]>([
  ['HTTP', PLAIN],
  ['HTTPS', SECURE],
])('an answer over %s', (_, connect) => {
  it('is owed until it is written', async () => {
    const inbox = new Inbox()
    const { client, socket } = await connect(inbox)
    expect(owesAnswer(socket)).toBe(false)
    for (let times = 0; times < 2; times += 1) {
      client.say(GET())
      const { response } = await inbox.next()
      expect(owesAnswer(socket)).toBe(true)
      response.write('some')
      expect(owesAnswer(socket)).toBe(true)
      await answer(response)
      expect(owesAnswer(socket)).toBe(false)
    }
  })

  it('is owed where a pipelined one is the next', async () => {
    const inbox = new Inbox()
    const { client, socket } = await connect(inbox)
    client.say(GET() + GET())
    const [first, second] = [await inbox.next(), await inbox.next()]
    await answer(first.response)
    expect(owesAnswer(socket)).toBe(true)
    await answer(second.response)
    expect(owesAnswer(socket)).toBe(false)
  })

  it('is still owed when the connection has closed', async () => {
    const inbox = new Inbox()
    const { client, socket, server } = await connect(inbox)
    client.say(GET())
    await inbox.next()
    const closed = once(socket, 'close').then(() => owesAnswer(socket))
    server.closeAllConnections()
    expect(await closed).toBe(true)
  })

  it('is not owed where the connection is closed right after it has ended', async () => {
    const inbox = new Inbox()
    const { client, socket } = await connect(inbox)
    client.say(GET())
    const { response } = await inbox.next()
    const closed = once(socket, 'close').then(() => owesAnswer(socket))
    response.end('all of it')
    socket.destroy()
    expect(await closed).toBe(false)
  })
})

it('no answer is owed where no HTTP is spoken', async () => {
  const { socket } = await converse(await listen(createRawServer()))
  expect(owesAnswer(socket)).toBe(false)
})
