import type { Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import {
  countRequests,
  limitRequests,
  requestsOn,
  uncounted,
} from '../../../../src/handover/kinds/http1/request-limit.ts'
import type { Client } from '../../../support/http.ts'
import { GET, converse, serve } from '../../../support/http.ts'

interface Limited {
  server: Server
  client: Client
  socket: Socket
  /** Asks, and says whether the answer says close. */
  ask(): Promise<boolean>
}

async function limited(maxRequestsPerSocket: number | undefined): Promise<Limited> {
  const { server } = await serve((_, response) => response.end('ok'))
  if (maxRequestsPerSocket !== undefined) server.maxRequestsPerSocket = maxRequestsPerSocket
  const { client, socket } = await converse(server)
  const ask = async (): Promise<boolean> => {
    client.received = ''
    client.say(GET())
    return /connection: close/i.test(await client.hears(/ok$/))
  }
  return { server, client, socket, ask }
}

describe('the number of requests on a connection', () => {
  it('is counted where there is a limit', async () => {
    const { server, socket, ask } = await limited(10)
    countRequests(server)
    expect(requestsOn(socket)).toBe(0)
    await ask()
    await ask()
    expect(requestsOn(socket)).toBe(2)
  })

  it('is counted once, however often that is asked for', async () => {
    const { server, socket, ask } = await limited(10)
    countRequests(server)
    countRequests(server)
    limitRequests(server, socket, 3)
    await ask()
    expect(requestsOn(socket)).toBe(4)
  })

  it.each([undefined, 0])('is not counted where there is none (%s)', async (none) => {
    const { server, socket, ask } = await limited(none)
    countRequests(server)
    limitRequests(server, socket, 0)
    await ask()
    expect(requestsOn(socket)).toBe(0)
    expect(server.listenerCount('request')).toBe(1)
    expect(uncounted(server, [socket])).toEqual([])
  })

  it('is counted where a limit is set after listen(), and not known of a connection that was used before', async () => {
    const { server } = await serve((_, response) => response.end('ok'))
    countRequests(server)
    server.maxRequestsPerSocket = 10
    const first = await converse(server)
    first.client.say(GET())
    await first.client.hears(/ok$/)
    expect(requestsOn(first.socket)).toBe(1)
    expect(uncounted(server, [first.socket])).toEqual([])

    const { server: other, socket: used, ask } = await limited(undefined)
    countRequests(other)
    await ask()
    const { socket: silent } = await converse(other)
    other.maxRequestsPerSocket = 10
    expect(uncounted(other, [used, silent])).toEqual([used])
    await ask()
    expect(uncounted(other, [used, silent])).toEqual([used])
  })

  it('is passed on where the limit is set only later', async () => {
    const { server, socket, ask } = await limited(undefined)
    limitRequests(server, socket, 3)
    await ask()
    expect(requestsOn(socket)).toBe(3)
    server.maxRequestsPerSocket = 5
    expect([await ask(), await ask()]).toEqual([false, true])
  })

  it('does not have in it what is read once more, where that is counted', async () => {
    const { server, socket, ask } = await limited(5)
    limitRequests(server, socket, 3, 1)
    await ask()
    expect(requestsOn(socket)).toBe(3)

    const unlimited = await limited(undefined)
    limitRequests(unlimited.server, unlimited.socket, 3, 1)
    await unlimited.ask()
    expect(requestsOn(unlimited.socket)).toBe(3)
  })

  it('has in it what an application answers that is asked whether to go on', async () => {
    const { server, client, socket } = await limited(2)
    server.on('checkContinue', (_, response: ServerResponse) => void response.writeContinue())
    countRequests(server)
    client.say('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n')
    await client.hears(/100 Continue/)
    expect(requestsOn(socket)).toBe(1)
  })
})

describe('the limit', () => {
  it('includes what was asked before the connection came here', async () => {
    const { server, socket, client, ask } = await limited(5)
    limitRequests(server, socket, 3)
    expect([await ask(), await ask()]).toEqual([false, true])
    await client.hearsAll()
  })

  it('is over at once where it was reached before', async () => {
    const { server, socket, ask } = await limited(2)
    limitRequests(server, socket, 5)
    expect(await ask()).toBe(true)
  })

  it('counts, whatever the application says of the connection', async () => {
    const { server } = await serve((_, response) => response.setHeader('connection', 'keep-alive').end('ok'))
    server.maxRequestsPerSocket = 5
    const { client, socket } = await converse(server)
    limitRequests(server, socket, 4)
    client.say(GET())
    expect(await client.hearsAll()).toMatch(/connection: close/i)
  })
})
